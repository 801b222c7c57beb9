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
from corolle_hil.scheduler import Handle
from corolle_hil.world.propagation import Position

Record = dict[str, Any]

_HOLD_UP_US = 30_000  # the board's supply bridges so much
_LEAST_V = 85.0  # what a wide-range supply needs


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
        make: makes the board.
    """

    def __init__(
        self,
        plan: UnitPlan,
        around: Surroundings,
        forks: ForkServer,
        folder: Path,
        heap_bytes: int,
        on_record: Callable[[Record], None],
        make: Callable[..., Board] = Board,
    ):
        self.plan = plan
        self.joined = False
        self.last_line = ""  # of its console
        self._on_record = on_record
        self._scheduler = around.scheduler
        self._fading: Handle | None = None  # the supply lives on what it holds
        self._switched_on = self._running = False
        self.board = make(
            around.scheduler,
            forks,
            folder,
            heap_bytes=heap_bytes,
            unique_id=hashlib.sha256(plan.name.encode()).digest()[:6],
            on_console=self._heard,
        )
        self.furniture = Furniture(plan.name, plan.position)
        fit(self.board, plan.board, self.furniture, around)
        if self.furniture.post:
            self.furniture.post.mains.watch(self._supply_changed)
        if self.furniture.battery:
            self.furniture.battery.watch(self._supply_changed)

    def power_on(self) -> None:
        """Switch it on; from now on it goes off and comes back with its mains or battery."""
        self._switched_on = True
        self._running = False
        self._supply_changed()

    def _supply_changed(self) -> None:
        if not self._has_supply():
            if self._running and not self._fading:
                self._fading = self._scheduler.after(_HOLD_UP_US, self._go_off)
            return
        if self._fading:
            self._fading.cancel()
            self._fading = None
        if self._switched_on and not self._running:
            self._running = True
            for power_up in self.furniture.power_up:
                power_up()
            self.board.power_on()

    def _has_supply(self) -> bool:
        """Whether there is enough voltage; a board of which nothing else is known has it always."""
        post, battery = self.furniture.post, self.furniture.battery
        if battery:
            return battery.has_power
        return post is None or post.mains.voltage_v >= _LEAST_V

    def _go_off(self) -> None:
        self._fading = None
        self._running = False
        self.board.power_off()

    def snapshot(self) -> Record:
        """How it really is."""
        it = self.furniture
        record: Record = {"unit": self.plan.name, "kind": self.plan.kind, "joined": self.joined}
        if it.post:
            luminaire = it.post.luminaire
            record |= {"level_pct": round(100 * luminaire.level), "power_w": round(luminaire.power_w, 1)}
        if it.valve and it.drip:
            record |= {"valve_open": it.valve.is_open, "litres": round(it.drip.litres, 2)}
        if it.mist:
            open_now = {"mist_open": it.mist_valve, "purge_open": it.purge_valve}
            record |= {name: valve.is_open for name, valve in open_now.items() if valve}
            record["mist_litres"] = round(it.mist.litres, 2)
        if it.battery:
            record["charge_pct"] = round(100 * it.battery.charge)
        if it.soil:
            record["vwc_pct"] = [round(100 * vwc, 1) for vwc in it.soil.update()]
        return record

    def _heard(self, line: str) -> None:
        self.last_line = line or self.last_line
        record = read_line(self.plan.name, line)
        if record.get("event") == "joined":
            self.joined = True
        self._on_record(record)
