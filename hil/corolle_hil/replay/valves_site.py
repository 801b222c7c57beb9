"""One canopy with everything fitted, alone in a weather of its own: made in some hundredths of a second."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from corolle_hil.fitting import Surroundings
from corolle_hil.forkserver import ForkServer
from corolle_hil.installer import Installer
from corolle_hil.mpy import shims_folder
from corolle_hil.replay.lamp import ROOMY_BYTES
from corolle_hil.replay.order_wire import Wire
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Equipment
from corolle_hil.unit import UnitPlan, VirtualUnit
from corolle_hil.world.air import Air
from corolle_hil.world.climate import Climate
from corolle_hil.world.place import ORIGIN_DEG
from corolle_hil.world.propagation import Position, Propagation
from corolle_hil.world.soil import even

Record = dict[str, Any]
_NAME = "canopy-01"


class Yard:
    """Where canopies are built: one interpreter server and one set of flash images for all of them."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._forks = ForkServer(shims_folder())
        self._installer = Installer(self._forks, folder / "images")
        self._built = 0

    def build(
        self,
        scheduler: Scheduler,
        climate: Climate,
        equipment: Equipment,
        on_record: Callable[[Record], None],
    ) -> "Site":
        """A canopy that nobody has switched on yet."""
        folder = self._folder / f"board{self._built}"
        self._built += 1
        rom = self._installer.install(folder, equipment.files())
        around = Surroundings(scheduler, Air(scheduler, Propagation(scheduler.rng)), climate, ORIGIN_DEG)
        plan = UnitPlan(_NAME, "canopy", Position(0.0, 0.0), equipment.board)
        unit = VirtualUnit(plan, around, self._forks, folder, ROOMY_BYTES, on_record)
        unit.board.rom = rom
        return Site(scheduler, unit)

    def close(self) -> None:
        """No more canopies."""
        self._forks.close()

    def __enter__(self) -> "Yard":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Site:
    """A canopy, its people and its wire.

    `people` counts who is there, whatever a sensor sees, and `presence_wire` is what it tells the node;
    `frames` has all that the node sent.
    """

    def __init__(self, scheduler: Scheduler, unit: VirtualUnit):
        self.scheduler = scheduler
        self.unit = unit
        self.board = unit.board
        self.it = unit.furniture
        self.people = 0
        self.presence_wire = unit.board.line(unit.plan.board["fitted"]["presence"]["pin"])
        self.frames: list[tuple[int, bytes]] = []
        self.wire = Wire(scheduler, unit.board, lambda port, payload: self.frames.append((port, payload)))

    @property
    def seen(self) -> bool:
        """Whether the presence sensor tells of somebody."""
        return self.presence_wire.level == 1

    def moisten(self, vwc: float) -> None:
        """The soil holds so much water everywhere."""
        if self.it.soil is None:
            raise ValueError(f"{self.it.name}: a canopy without soil probes")
        self.it.soil.vwc = even(vwc)

    def come(self, stay_s: float) -> None:
        """Somebody comes, and stays for so long."""
        self.people += 1
        if self.it.presence:
            self.it.presence.enter()
        self.scheduler.after(round(stay_s * 1e6), self._go)

    def cut(self, off_s: float) -> None:
        """The power goes, and comes back."""
        self.board.power_off()
        self.scheduler.after(round(off_s * 1e6), self.unit.power_on)

    def _go(self) -> None:
        self.people -= 1
        if self.it.presence:
            self.it.presence.leave()
