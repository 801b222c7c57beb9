"""A whole node at whose serial port somebody types, in virtual time."""

import os
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from corolle_hil.board import Board
from corolle_hil.fitting import Surroundings
from corolle_hil.forkserver import ForkServer, Order
from corolle_hil.heap import NODE_BYTES, measure_share
from corolle_hil.installer import Installer
from corolle_hil.interpreter import Interpreter
from corolle_hil.mpy import shims_folder
from corolle_hil.scheduler import Scheduler
from corolle_hil.shims import ops
from corolle_hil.unit import UnitPlan, VirtualUnit
from corolle_hil.world.air import Air
from corolle_hil.world.climate import Weather
from corolle_hil.world.place import ORIGIN_DEG
from corolle_hil.world.propagation import Position, Propagation
from corolle_hil.world.scenario import WEEKS
from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity

_IDENTITY = "02c0ffee00000001", "2b7e151628aed2a6abf7158809cf4f3c"
_ENDS = (". done", "! ")


class TypedBoard(Board):
    """Its console has a keyboard."""

    def type(self, text: str) -> None:
        """Type, and end the line."""
        assert self._interpreter and self._interpreter.keyboard is not None
        os.write(self._interpreter.keyboard, text.encode() + b"\r")
        self._interrupt(ops.IRQ_KEYBOARD, 0)

    def _boot(self, argument: str) -> None:
        self._alarm = None
        order = Order(self._heap_bytes, self._script, argument, str(self.rom or ""), prompt=True)
        self._interpreter = Interpreter(self._forks, order)
        self._serve()


class ConsoleNode:
    """One unit under its heap limit, from `hour` of a summer's day on; its clock is set."""

    def __init__(self, board: str, hour: int, air_c: float = 22.0):
        self._stack = ExitStack()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        forks = self._stack.enter_context(closing(ForkServer(shims_folder())))
        self.scheduler = Scheduler((WEEKS["summer"] + hour * 3600) * 1_000_000, 1)
        rng, definition = self.scheduler.rng, board_definition(board)
        air = Air(self.scheduler, Propagation(rng))
        weather = Weather(air_c, 60.0, 1.0, 0.0, 500.0)
        around = Surroundings(self.scheduler, air, lambda _: weather, ORIGIN_DEG)
        name, kind = f"{definition['unit']}-01", definition["unit"]
        identity = Identity(name, kind, "test", *ORIGIN_DEG, *_IDENTITY)
        plan = UnitPlan(name, kind, Position(0.0, 0.0, 5.0), definition)
        heap_bytes = NODE_BYTES + measure_share(forks)
        self.records: list[dict[str, Any]] = []
        parts = plan, around, forks, folder / "board", heap_bytes, self.records.append
        self.unit = VirtualUnit(*parts, make=TypedBoard)
        self._stack.callback(self.unit.board.close)
        installer = Installer(forks, folder / "images")
        self.unit.board.rom = installer.install(folder / "board", node_files(board, identity))
        self.unit.power_on()
        self.scheduler.after(100_000, self.unit.board.set_clock, self.scheduler.unix_us)

    def close(self) -> None:
        """Switch it off."""
        self._stack.close()

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.scheduler.run(self.scheduler.now_us + round(seconds * 1e6))

    def ask(self, line: str) -> list[str]:
        """Type a line; what is answered, without what marks it as an answer."""
        before = len(self.records)
        self.unit.board.type(line)  # type: ignore[attr-defined]
        self.run(0.5)
        said = [record["text"] for record in self.records[before:] if record["type"] == "console"]
        assert said and said[-1].startswith(_ENDS), said
        return [text.removeprefix(": ") for text in said if text != ". done"]

    def facts(self, line: str) -> dict[str, str]:
        """An answer of "name=value" lines."""
        return dict(text.split("=", 1) for text in self.ask(line))

    def test(self, line: str = "self-test") -> dict[str, str]:
        """Have it test itself by a line, and wait for the end; its verdict by part."""
        self.ask(line)
        for _ in range(120):
            self.run(1)
            if self.said(event="self_test", state="ends"):
                return self.facts("verdict")
        raise AssertionError("the test does not end")

    def said(self, **fields: Any) -> list[dict[str, Any]]:
        """What the log said that has these fields."""
        return [record for record in self.records if fields.items() <= record.items()]
