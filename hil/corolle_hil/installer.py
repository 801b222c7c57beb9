"""Put files on a board's flash, by the board's own file system driver."""

import hashlib
import tempfile
from pathlib import Path

from corolle_hil.board import Board
from corolle_hil.forkserver import ForkServer
from corolle_hil.memories import copy_flash
from corolle_hil.romfs import PROGRAM, keep_image
from corolle_hil.scheduler import Scheduler

_HEAP_BYTES = 1024 * 1024
_LONG_US = 3_600_000_000
_OWN = ("/unit.json", "/keys.json")  # what two boards of a kind do not share


class InstallError(Exception):
    """The files did not get onto the flash; the message is what the board printed."""


def install(
    forks: ForkServer, folder: Path, files: dict[str, bytes], cut_at_write: int | None = None
) -> None:
    """Write files (path on the node -> content) onto the flash in `folder`, those that differ.

    `cut_at_write`: the write to the flash, from 0 on, in whose middle power fails.

    Raises:
        InstallError: the flash is full, or damaged beyond mounting, or power has failed.
    """
    console: list[str] = []
    scheduler = Scheduler()
    board = Board(
        scheduler, forks, folder, heap_bytes=_HEAP_BYTES, unique_id=bytes(6), on_console=console.append
    )
    board.flash.cut_at_write = cut_at_write
    with tempfile.TemporaryDirectory() as source:
        for path, content in files.items():
            target = Path(source + path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        board.power_on("install", source)
        scheduler.run(_LONG_US)
    board.close()
    if console:
        raise InstallError("\n".join(console))


class Installer:
    """Installs many boards quickly: what boards of a kind share is written once and copied.

    Args:
        forks: makes the interpreters.
        folder: keeps the images that were made, by their content.
    """

    def __init__(self, forks: ForkServer, folder: Path):
        self._forks = forks
        self._folder = folder

    def install(self, board_folder: Path, files: dict[str, bytes]) -> Path:
        """Write a board's files, new or not: its program into the ROM image returned, the rest on flash."""
        rom = keep_image(self._folder, files)
        files = {path: content for path, content in files.items() if not path.startswith(PROGRAM)}
        if not (board_folder / "flash").exists():
            board_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            copy_flash(self._image(files) / "flash", board_folder / "flash")
            files = {path: content for path, content in files.items() if path in _OWN}
        install(self._forks, board_folder, files)
        return rom

    def _image(self, files: dict[str, bytes]) -> Path:
        shared = {path: content for path, content in sorted(files.items()) if path not in _OWN}
        digest = hashlib.sha256(repr(shared).encode()).hexdigest()[:16]
        image = self._folder / digest
        if not (image / "flash").exists():
            install(self._forks, image, shared)
        return image
