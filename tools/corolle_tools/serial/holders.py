"""Which programs of this machine have a device open."""

import os
from pathlib import Path
from typing import NamedTuple

_MAKERS = {"/dev/ptmx", "/dev/pts/ptmx"}


class Holder(NamedTuple):
    """A process, and its name."""

    pid: int
    name: str


def holders(device: str, proc: Path = Path("/proc")) -> list[Holder]:
    """Those that may be seen: of other users' processes nobody but root learns what they have open.

    Who made a pseudo-terminal is the board at its end.
    """
    real, found = os.path.realpath(device), []
    for process in _processes(proc):
        files = _open_files(process)
        if real in files and not (real.startswith("/dev/pts/") and files & _MAKERS):
            found.append(Holder(int(process.name), _name(process)))
    return found


def _processes(proc: Path) -> list[Path]:
    own = str(os.getpid())
    return [each for each in proc.iterdir() if each.name.isdecimal() and each.name != own]


def _open_files(process: Path) -> set[str]:
    try:
        return {os.readlink(each) for each in (process / "fd").iterdir()}
    except OSError:
        return set()  # it ended, or belongs to somebody else


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return "?"
