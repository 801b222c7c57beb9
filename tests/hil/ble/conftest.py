"""Boards with Bluetooth in one yard, and phones that go about in it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from bumble.hci import Address
from corolle_hil.ble.host import Station
from corolle_hil.ble.link import AirLink
from corolle_hil.ble.radio import BoardRadio
from corolle_hil.board import Board
from corolle_hil.forkserver import ForkServer
from corolle_hil.installer import install
from corolle_hil.pace import Pace
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.propagation import Position

_SECOND_US = 1_000_000


class Yard:
    """A scheduler, an air and whoever is in it.

    Attributes:
        log: what each board printed: (street time in us, its name, the line).
    """

    def __init__(
        self,
        forks: ForkServer,
        folder: Path,
        heap_bytes: int,
        seed: int = 1,
        loss: float = 0.0,
        pace: Pace | None = None,
    ):
        self.scheduler = Scheduler(seed=seed, pace=pace)
        self.link = AirLink(self.scheduler, loss)
        self.log: list[tuple[int, str, str]] = []
        self.boards: dict[str, Board] = {}
        self.radios: dict[str, BoardRadio] = {}
        self._forks = forks
        self._folder = folder
        self._heap_bytes = heap_bytes

    def board(self, name: str, x_m: float, main: str, program: dict[str, bytes] | None = None) -> Board:
        """A board with BLE, `x_m` metres along, that boots the given main.py, with `program` beside it."""
        number = len(self.boards) + 1
        board = Board(
            self.scheduler,
            self._forks,
            self._folder / name,
            heap_bytes=self._heap_bytes,
            unique_id=bytes([2, 0, 0, 0, 0, number]),
            on_console=lambda line: self.log.append((self.scheduler.now_us, name, line)),
        )
        install(self._forks, self._folder / name, {"/main.py": main.encode()} | (program or {}))
        radio = BoardRadio(self.link, name, Position(x_m, 0.0), bytes([2, 0, 0, 0, 1, number]))
        board.attach_ble(radio)
        self.boards[name], self.radios[name] = board, radio
        board.power_on()
        return board

    def phone(self, x_m: float, name: str = "phone") -> Station:
        """A phone, in somebody's hand."""
        public = Address("00:00:5E:00:53:01", Address.PUBLIC_DEVICE_ADDRESS)
        return Station(self.link, name, Position(x_m, 0.0, 1.2), public, Address("F0:F1:F2:F3:F4:F5"))

    def run(self, seconds: float) -> list[str]:
        """Let time pass; what was printed meanwhile."""
        before = len(self.log)
        self.scheduler.run(self.scheduler.now_us + round(seconds * _SECOND_US))
        return [line for _, _, line in self.log[before:]]

    def do(self, coroutine: Coroutine[Any, Any, Any], seconds: float = 30.0) -> Any:
        """Let a phone do something, at most for so long; its result."""
        task: asyncio.Task = self.link.loop.run(self.link.loop.create_task, coroutine)
        end_us = self.scheduler.now_us + round(seconds * _SECOND_US)
        if not task.done():
            task.add_done_callback(lambda _: self.scheduler.stop())
            self.scheduler.run(end_us)
        return task.result()

    def said(self, name: str) -> list[str]:
        """All that a board printed."""
        return [line for _, who, line in self.log if who == name]

    def close(self) -> None:
        """Switch everything off."""
        for board in self.boards.values():
            board.close()


@pytest.fixture
def yard(forks: ForkServer, share: int, tmp_path: Path) -> Iterator[Callable[..., Yard]]:
    """Make a yard."""
    made: list[Yard] = []

    def make(**how: Any) -> Yard:
        made.append(Yard(forks, tmp_path / f"yard{len(made)}", 96 * 1024 + share, **how))
        return made[-1]

    yield make
    for each in made:
        each.close()
