"""`corolle bench flash-cuts`: flashes broken off at random moments, and what the next one makes of each."""

import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from corolle_hil.desk.pty_board import PtyBoard

from corolle_tools.bench.progress import Tell, quiet
from corolle_tools.firmware import board_definition, node_files
from corolle_tools.flash.errors import FlashError
from corolle_tools.flash.flashing import Wish, flash
from corolle_tools.flash.guard import owner_of
from corolle_tools.flash.plan import KEYS, UNIT, digest, with_manifest
from corolle_tools.flash.session import Session
from corolle_tools.identity import Identity

_BOARD, _LEFT_OFF = "lamp-s3", ("ble",)
_SPEED = 4.0
_BUILD_FILES = 12  # that one build has otherwise than another
_COUNTED = "/data/counted"  # stands for what a node keeps: only a unit's end may take it
_PATIENCE_S = 60.0
_LISTEN_S = 0.2
_PROCESSES = multiprocessing.get_context("fork")  # a flash begins at once, not with a second of imports


@dataclass(frozen=True)
class BuildWish(Wish):
    """A wish for one of many builds: a file's last bytes, which MicroPython does not read, say which."""

    build: int = 0

    def files(self) -> dict[str, bytes]:
        """The program with this build's mark in some of its files."""
        files = node_files(self.board, self.unit, _LEFT_OFF)
        paths = sorted(path for path in files if path.endswith(".mpy"))
        for path in random.Random(self.build).sample(paths, _BUILD_FILES):
            files[path] += self.build.to_bytes(4, "little")
        return with_manifest(files, self.board)


@dataclass
class Toll:
    """What became of the cuts.

    Attributes:
        cuts: flashes that were killed.
        recovered: cuts after which the next flash ended well: all files, a boot, its identity.
        identity_lost: cuts after which the board was nobody's, had one unit's name and another's keys, or had
            no more what the same unit had counted.
        power: cuts that took the board's power as well.
        moved: cuts of a flash that made the board another unit.
        finished: flashes that were quicker than their cut.
    """

    cuts: int = 0
    recovered: int = 0
    identity_lost: int = 0
    power: int = 0
    moved: int = 0
    finished: int = 0
    slowest_s: float = 0.0
    problems: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """What --json prints."""
        return asdict(self)


def measure(cuts: int, seed: int, tell: Tell = quiet) -> Toll:
    """Kill so many flashes of a board on a pseudo-terminal, each at a random moment."""
    with tempfile.TemporaryDirectory(prefix="corolle-flash-cuts-") as folder:
        desk = _Desk(Path(folder))
        try:
            return _Cutter(desk, random.Random(seed)).cut(cuts, tell)
        finally:
            desk.cut_power()


class _Desk:
    """The board, in a process that can be killed."""

    def __init__(self, folder: Path):
        self.port = str(folder / "board")
        self._folder = folder
        self.switch_on()

    def switch_on(self) -> None:
        Path(self.port).unlink(missing_ok=True)
        self._process = _PROCESSES.Process(target=_live, args=(self._folder,))
        self._process.start()
        _wait(lambda: Path(self.port).exists(), "the board's port")

    def cut_power(self) -> None:
        self._process.kill()
        self._process.join()


class _Cutter:
    def __init__(self, desk: _Desk, chance: random.Random):
        self._desk = desk
        self._chance = chance
        self._units = [Identity.make(f"lamp-{number:02}", "lamp", "bench", 43.6, 1.44) for number in (1, 2)]
        self._toll = Toll()
        self._wish = BuildWish(_BOARD, self._units[0], listen_s=_LISTEN_S, build=1)

    def cut(self, cuts: int, tell: Tell) -> Toll:
        flash(self._desk.port, self._wish, _unseen)
        self._count()
        lasts_s = self._flash_whole(2)
        while self._toll.cuts < cuts:
            self._one_cut(self._chance.uniform(0.0, lasts_s))
            tell("cuts", self._toll.cuts, cuts)
        return self._toll

    def _one_cut(self, after_s: float) -> None:
        old = self._wish.unit
        moves, takes_power = self._chance.random() < 0.3, self._chance.random() < 0.3
        unit = self._units[1 - self._units.index(old)] if moves else old
        build = self._wish.build + 1
        self._wish = replace(self._wish, unit=unit, replace=old.name if moves else "", build=build)
        if not self._kill_after(after_s):
            self._toll.finished += 1
        else:
            self._toll.cuts += 1
            self._toll.moved += moves
            self._toll.power += takes_power
            if takes_power:
                self._desk.cut_power()
                self._desk.switch_on()
            self._judge(old, moves)
        if moves:
            self._count()

    def _kill_after(self, after_s: float) -> bool:
        """Begin a flash, and kill it; False when it was quicker."""
        process = _PROCESSES.Process(target=flash, args=(self._desk.port, self._wish, _unseen))
        process.start()
        process.join(after_s)
        if process.exitcode is not None:
            return False
        process.kill()
        process.join()
        return True

    def _judge(self, old: Identity, moves: bool) -> None:
        lost = self._loss(old, has_to_count=not moves)
        try:
            self._toll.slowest_s = max(self._toll.slowest_s, self._flash_whole(self._wish.build))
            lost = lost or self._loss(self._wish.unit, has_to_count=not moves, is_whole=True)
            self._toll.recovered += 1
        except FlashError as error:
            self._toll.problems.append(f"cut {self._toll.cuts}: {error}")
        if lost:
            self._toll.identity_lost += 1
            self._toll.problems.append(f"cut {self._toll.cuts}: {lost}")

    def _loss(self, unit: Identity, has_to_count: bool, is_whole: bool = False) -> str:
        """What is wrong with the identity on the board, "" when nothing is."""
        with Session.open(self._desk.port, tries=4) as session:
            owner, counted = owner_of(session.call("text", UNIT)), session.call("text", _COUNTED)
            keys = session.call("text", KEYS).encode()
        known = {each.dev_eui: each for each in (unit, self._wish.unit)}
        if owner is None or owner["dev_eui"] not in known:
            return f"the board is {owner}"
        if keys != _keys(known[owner["dev_eui"]]) and (keys or is_whole):
            return f"{owner['name']} has no keys, or another's"
        return "what the unit has counted is gone" if has_to_count and counted != "1" else ""

    def _flash_whole(self, build: int) -> float:
        """Flash without a cut; how long it took. FlashError when the unit does not run."""
        self._wish = replace(self._wish, build=build)
        begun_s = time.monotonic()
        outcome = flash(self._desk.port, self._wish, _unseen)
        if not outcome.verdict.is_good:
            raise FlashError(str(outcome.verdict))
        return time.monotonic() - begun_s

    def _count(self) -> None:
        with Session.open(self._desk.port, tries=4) as session:
            session.run([("begin", _COUNTED), ("more", b"MQ=="), ("end", _COUNTED, digest(b"1"))])


def _keys(unit: Identity) -> bytes:
    return node_files(_BOARD, unit, _LEFT_OFF)[KEYS]


def _live(folder: Path) -> None:
    board = PtyBoard(board_definition(_BOARD, _LEFT_OFF), folder / "board", folder / "state", speed=_SPEED)
    board.run()


def _unseen(step: str, share: float) -> None:
    """Nobody looks."""


def _wait(done: Callable[[], bool], what: str) -> None:
    deadline_s = time.monotonic() + _PATIENCE_S
    while not done():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"{what} does not come")
        time.sleep(0.02)
