"""One unit of the virtual street: a board with its firmware, and the furniture around it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corolle_hil.board import Board
from corolle_hil.console import read_line
from corolle_hil.fitting import Definition, Furniture, Surroundings, fit
from corolle_hil.forkserver import ForkServer
from corolle_hil.world.propagation import Position

Record = dict[str, Any]


@dataclass(frozen=True)
class UnitPlan:
    """What stands where."""

    name: str
    kind: str
    position: Position
    board: Definition


class VirtualUnit:
    """A unit that runs.

    Args:
        folder: keeps its flash and NVS.
        on_record: called with what its console says.
    """

    def __init__(
        self,
        plan: UnitPlan,
        around: Surroundings,
        forks: ForkServer,
        folder: Path,
        heap_bytes: int,
        on_record: Callable[[Record], None],
    ):
        self.plan = plan
        self.joined = False
        self._on_record = on_record
        self.board = Board(
            around.scheduler,
            forks,
            folder,
            heap_bytes=heap_bytes,
            unique_id=hashlib.sha256(plan.name.encode()).digest()[:6],
            on_console=self._heard,
        )
        self.furniture = Furniture(plan.name, plan.position)
        fit(self.board, plan.board, self.furniture, around)

    def power_on(self) -> None:
        """The mains are there."""
        if self.furniture.radio:
            self.furniture.radio.power_up()
        self.board.power_on()

    def snapshot(self) -> Record:
        """How it really is."""
        it = self.furniture
        record: Record = {"unit": self.plan.name, "kind": self.plan.kind, "joined": self.joined}
        if it.lamp:
            record |= {"level_pct": round(100 * it.lamp.level), "power_w": round(it.lamp.power_w, 1)}
        if it.valve and it.drip:
            record |= {"valve_open": it.valve.is_open, "litres": round(it.drip.litres, 2)}
        if it.soil:
            record["vwc_pct"] = [round(100 * vwc, 1) for vwc in it.soil.update()]
        return record

    def _heard(self, line: str) -> None:
        record = read_line(self.plan.name, line)
        if record.get("event") == "joined":
            self.joined = True
        self._on_record(record)
