"""The street that runs on this machine, as it tells other commands of itself."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from corolle_tools.private_file import write_private

FILE = "street.json"


class NoStreet(Exception):
    """No street runs, or none that can be found; the message says what to do."""


@dataclass(frozen=True)
class RunningStreet:
    """Where a running street is reached. No secret is among it."""

    pid: int
    broker: str
    site: str
    gateway: str
    speed: float
    clock: str  # its time: a file's path
    units: dict[str, str]  # name: kind
    adapter: str | None = None  # of Bluetooth, for a laptop beside the gateway: a socket's path
    console: str | None = None  # of the gateway: a serial port's path

    def announce(self, folder: Path) -> None:
        """Write it down in the street's folder, and where other commands look when none is named."""
        for path in (folder / FILE, _usual_place()):
            write_private(path, asdict(self))

    def withdraw(self, folder: Path) -> None:
        """The street has ended. What another street has announced since then stays."""
        for path in (folder / FILE, _usual_place()):
            if path.exists() and _read(path).pid == self.pid:
                path.unlink()


def find(folder: Path | None) -> RunningStreet:
    """The street of a state folder, or the one last begun by this user. Raises NoStreet."""
    path = folder / FILE if folder else _usual_place()
    begin = "no street runs here: begin one with `corolle street`"
    if not path.exists():
        raise NoStreet(begin if folder is None else f"{folder}: {begin} --state {folder}")
    street = _read(path)
    try:
        os.kill(street.pid, 0)  # asks whether it lives
    except ProcessLookupError:
        raise NoStreet(
            f"the street of process {street.pid} has ended: begin one with `corolle street`"
        ) from None
    return street


def _read(path: Path) -> RunningStreet:
    try:
        return RunningStreet(**json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise NoStreet(f"{path}: garbled: {error}; delete it") from None


def _usual_place() -> Path:
    """A file in a folder that no other user of this machine can write to."""
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    folder = Path(base) / f"corolle-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise NoStreet(f"{folder}: belongs to somebody else, or others may write there: remove it")
    return folder / FILE
