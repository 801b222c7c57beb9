"""Boards for tests: one fork server, a fresh folder each; and whole nodes alone in the world."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from corolle_hil.board import Board
from corolle_hil.forkserver import ForkServer
from corolle_hil.heap import NODE_BYTES, measure_share
from corolle_hil.installer import install
from corolle_hil.memories import copy_flash
from corolle_hil.mpy import shims_folder
from corolle_hil.replay.lamp import ROOMY_BYTES
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Equipment, Street
from corolle_hil.unit import VirtualUnit
from corolle_hil.world.place import ORIGIN_DEG, lay_out
from corolle_hil.world.scenario import WEEKS, ScenarioClimate
from corolle_tools.firmware import board_definition, modules, node_files
from corolle_tools.identity import Identity
from corolle_tools.replay.post import UNTHRIFTY
from corolle_tools.street.plan import BOARDS

_NOON_US = (WEEKS["summer"] + 12 * 3600) * 1_000_000
_MINUTE_US = 60_000_000


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


@pytest.fixture(scope="session")
def firmware_flash(forks: ForkServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A flash with every module of the firmware, to be copied: it takes most of a second to write."""
    folder = tmp_path_factory.mktemp("firmware")
    install(forks, folder, modules())
    return folder / "flash"


@pytest.fixture
def bench(
    forks: ForkServer, share: int, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Bench]]:
    """Make a board that runs the given main.py; `firmware`: it has the firmware's modules, too."""
    made: list[Bench] = []

    def make(main: str, heap_bytes: int = 96 * 1024, firmware: bool = False, **files: str) -> Bench:
        folder = tmp_path / f"board{len(made)}"
        if firmware:
            folder.mkdir()
            copy_flash(request.getfixturevalue("firmware_flash"), folder / "flash")
        fresh = Bench(forks, folder, heap_bytes + share)
        made.append(fresh)
        fresh.program(main, **files)
        return fresh

    yield make
    for each in made:
        each.board.close()


class Life:
    """One unit alone in the world, its clock set, from noon of a summer's day on.

    `thrifty`: it has no more memory than a node has; to collect garbage there takes most of the time.
    """

    def __init__(
        self,
        kind: str,
        folder: Path,
        files: dict[str, bytes | None],
        settings: dict[str, int],
        thrifty: bool = False,
    ):
        self.records: list[dict[str, Any]] = []
        self._kind = kind
        self._files = files if thrifty else UNTHRIFTY | files
        self._settings = settings
        self._scheduler = Scheduler(_NOON_US, 1)
        lamps = int(kind == "lamp")
        place = lay_out(lamps, 1 - lamps, 0, self._scheduler.rng("place"))
        climate = ScenarioClimate(self._scheduler.rng)
        equipment = Equipment(board_definition(BOARDS[kind]), self._flash)
        parts = self._scheduler, place, lambda _: equipment, folder, climate, self.records.append
        self.street = Street(*parts, heap_bytes=NODE_BYTES if thrifty else ROOMY_BYTES)
        self.unit: VirtualUnit = next(iter(self.street.units.values()))
        now_us = self._scheduler.epoch_us + 100_000
        self._scheduler.at(100_000, self.unit.board.set_clock, now_us)

    def _flash(self) -> dict[str, bytes]:
        name = f"{self._kind}-01"
        identity = replace(Identity.make(name, self._kind, "test", *ORIGIN_DEG), dev_eui="02c0ffee00000001")
        moist = {"start_vwc_pct": 20, "band_vwc_pct": 8} if self._kind == "canopy" else {}
        settings = {"settings": moist | self._settings}
        facts = {"/unit.json": json.dumps(identity.unit_json() | settings).encode()}
        files = node_files(BOARDS[self._kind], identity) | facts | self._files
        return {path: content for path, content in files.items() if content is not None}

    def run(self, minutes: float) -> None:
        """Let time pass."""
        self.street.run(self._scheduler.now_us + round(minutes * _MINUTE_US))

    def said(self, **fields: Any) -> list[dict[str, Any]]:
        """What the console said that has these fields."""
        return [record for record in self.records if fields.items() <= record.items()]

    @property
    def level_pct(self) -> int:
        return self.unit.snapshot()["level_pct"]


@pytest.fixture
def live(tmp_path: Path):
    lives: list[Life] = []

    def make(
        kind: str, files: dict[str, bytes | None] | None = None, thrifty: bool = False, **settings: int
    ) -> Life:
        lives.append(Life(kind, tmp_path / str(len(lives)), files or {}, settings, thrifty))
        return lives[-1]

    yield make
    for life in lives:
        life.street.close()
