"""What a simulated device lives in: one unit at whose serial port somebody may type, alone in its weather."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corolle_hil.bench.rig import PLACE_DEG, Record
from corolle_hil.bench.virtual.maker import Made
from corolle_hil.board import Board
from corolle_hil.fitting import Surroundings
from corolle_hil.forkserver import ForkServer, Order
from corolle_hil.installer import Installer
from corolle_hil.interpreter import Interpreter
from corolle_hil.mpy import shims_folder
from corolle_hil.one_core import one_core
from corolle_hil.replay.lamp import ROOMY_BYTES
from corolle_hil.scheduler import Scheduler
from corolle_hil.shims import ops
from corolle_hil.unit import UnitPlan, VirtualUnit
from corolle_hil.world.air import Air
from corolle_hil.world.place import Site, lay_out
from corolle_hil.world.propagation import Propagation
from corolle_hil.world.scenario import ScenarioClimate

_CLOCK_US = 100_000  # after power, and before the interpreter starts


class TypedBoard(Board):
    """Its console has a keyboard."""

    def type(self, line: str) -> None:
        """Type a line. Raises LookupError while the board is off or has not booted."""
        if not self._interpreter or self._interpreter.keyboard is None:
            raise LookupError("nobody reads the console of a board that is off")
        os.write(self._interpreter.keyboard, line.encode() + b"\r")
        self._interrupt(ops.IRQ_KEYBOARD, 0)

    def _boot(self, argument: str) -> None:
        self._alarm = None
        order = Order(self._heap_bytes, self._script, argument, str(self.rom or ""), prompt=True)
        self._interpreter = Interpreter(self._forks, order)
        self._serve()


class Workshop:
    """Where simulated devices are made: one interpreter server and one set of flash images for all."""

    def __init__(self, folder: Path):
        with one_core():
            self.forks = ForkServer(shims_folder())
        self.folder = folder
        self.installer = Installer(self.forks, folder / "images")
        self._made = 0

    def next_folder(self) -> Path:
        """For one more device."""
        self._made += 1
        return self.folder / f"device-{self._made}"

    def close(self) -> None:
        """No more devices."""
        self.forks.close()


class World:
    """One unit and what is around it; switched on at once, its clock set.

    Its heap is roomy: garbage would be collected for half of the time a test takes, and a heap's limits have
    tests of their own.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        workshop: Workshop,
        made: Made,
        folder: Path,
        on_record: Callable[[Record], None],
    ):
        self.scheduler = scheduler
        kind = made.registration["kind"]
        place = lay_out(int(kind == "lamp"), int(kind != "lamp"), 1, scheduler.rng("place"))
        site = [*place.lamps, *place.canopies][0]
        self.mast: Site = place.concentrators[0]
        self.air = Air(scheduler, Propagation(scheduler.rng))
        around = Surroundings(scheduler, self.air, ScenarioClimate(scheduler.rng), PLACE_DEG)
        rom = workshop.installer.install(folder, made.equipment.files())
        plan = UnitPlan(made.registration["name"], kind, site.position, made.equipment.board)
        parts = plan, around, workshop.forks, folder, ROOMY_BYTES, on_record
        self.unit = VirtualUnit(*parts, make=TypedBoard)
        self.unit.board.rom = rom
        self.unit.power_on()
        scheduler.after(_CLOCK_US, self.unit.board.set_clock, scheduler.unix_us + _CLOCK_US)

    @property
    def board(self) -> Any:
        """The unit's TypedBoard."""
        return self.unit.board

    def close(self) -> None:
        """Switch it off for good."""
        self.unit.board.close()
