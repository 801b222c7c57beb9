"""Boards for tests: one fork server, a fresh folder each."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from corolle_hil.board import Board
from corolle_hil.forkserver import ForkServer
from corolle_hil.heap import measure_share
from corolle_hil.installer import install
from corolle_hil.mpy import shims_folder
from corolle_hil.scheduler import Scheduler


@pytest.fixture(scope="session")
def forks() -> Iterator[ForkServer]:
    """The server that makes interpreters."""
    server = ForkServer(shims_folder())
    yield server
    server.close()


@pytest.fixture(scope="session")
def share(forks: ForkServer) -> int:
    """What the simulation takes of a heap."""
    return measure_share(forks)


class Bench:
    """A scheduler, a board on it and what the board printed, with the times."""

    def __init__(self, forks: ForkServer, folder: Path, heap_bytes: int):
        self.scheduler = Scheduler()
        self.forks = forks
        self.folder = folder
        self.console: list[str] = []
        self.times_us: list[int] = []
        self.board = Board(
            self.scheduler,
            forks,
            folder,
            heap_bytes=heap_bytes,
            unique_id=b"\x02corol",
            on_console=self._heard,
        )

    def _heard(self, line: str) -> None:
        self.console.append(line)
        self.times_us.append(self.scheduler.now_us)

    def program(self, main: str, **files: str) -> None:
        """Put main.py, and other files, on the flash."""
        contents = {"/main.py": main.encode()}
        install(
            self.forks, self.folder, contents | {f"/{name}": text.encode() for name, text in files.items()}
        )

    def run(self, seconds: float) -> list[str]:
        """Let time pass; returns what was printed meanwhile."""
        before = len(self.console)
        self.scheduler.run(self.scheduler.now_us + int(seconds * 1e6))
        return self.console[before:]


@pytest.fixture
def bench(forks: ForkServer, share: int, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Make a board that runs the given main.py."""
    made: list[Bench] = []

    def make(main: str, heap_bytes: int = 96 * 1024, **files: str) -> Bench:
        fresh = Bench(forks, tmp_path / f"board{len(made)}", heap_bytes + share)
        made.append(fresh)
        fresh.program(main, **files)
        return fresh

    yield make
    for each in made:
        each.board.close()
