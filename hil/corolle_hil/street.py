"""The virtual street: every unit with its firmware, the air between them, weather and passers-by."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corolle_hil.fitting import Definition, Furniture, Surroundings
from corolle_hil.forkserver import ForkServer
from corolle_hil.heap import NODE_BYTES, measure_share
from corolle_hil.installer import Installer
from corolle_hil.keep import keep, restore
from corolle_hil.mpy import shims_folder
from corolle_hil.scheduler import Scheduler
from corolle_hil.unit import UnitPlan, VirtualUnit
from corolle_hil.world.air import Air
from corolle_hil.world.climate import Climate
from corolle_hil.world.counts import Rate
from corolle_hil.world.passers import Passers, Sensor, Stop
from corolle_hil.world.place import ORIGIN_DEG, Place, Site
from corolle_hil.world.propagation import Propagation
from corolle_hil.world.visitors import Visitors

Record = dict[str, Any]
_APART_US = 50_000  # fuse boxes are switched on one after the other


@dataclass(frozen=True)
class Equipment:
    """What a unit is made of: its board, and what is on its flash (path on the node -> content)."""

    board: Definition
    files: Callable[[], dict[str, bytes]]


class Street:
    """A street that runs.

    Args:
        scheduler: its time, its pace and its seed.
        place: where things stand.
        equip: what the unit of a site is made of.
        folder: keeps the boards' flash between runs.
        climate: the weather by Unix time.
        on_record: called with each happening; `type` says which kind, `time` when.
        loss: probability that a frame is lost for no reason.
        place_deg: latitude and longitude of its sun.
        ble_loss: as `loss`, of a BLE PDU.
        heap_bytes: what each node may use.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        place: Place,
        equip: Callable[[Site], Equipment],
        folder: Path,
        climate: Climate,
        on_record: Callable[[Record], None],
        loss: float = 0.0,
        place_deg: tuple[float, float] = ORIGIN_DEG,
        heap_bytes: int = NODE_BYTES,
        ble_loss: float = 0.0,
    ):
        self.scheduler = scheduler
        self.air = Air(scheduler, Propagation(scheduler.rng), loss)
        self.units: dict[str, VirtualUnit] = {}
        self._on_record = on_record
        self.around = Surroundings(scheduler, self.air, climate, place_deg, ble_loss)
        self._forks = ForkServer(shims_folder())
        self._heap_bytes = heap_bytes + measure_share(self._forks)
        self._installer = Installer(self._forks, folder / "images")
        for site in [*place.lamps, *place.canopies]:
            self._build(site, equip(site), folder / "boards" / site.name)
        self._kept = folder / "world.json"
        restore(self._kept, self._furniture())

    def _build(self, site: Site, equipment: Equipment, folder: Path) -> None:
        rom = self._installer.install(folder, equipment.files())
        plan = UnitPlan(site.name, equipment.board["unit"], site.position, equipment.board)
        unit = VirtualUnit(plan, self.around, self._forks, folder, self._heap_bytes, self._record)
        unit.board.rom = rom
        self.scheduler.after(_APART_US * len(self.units), unit.power_on)
        self.units[site.name] = unit

    def sensors(self) -> dict[str, Sensor]:
        """What notices people, by unit."""
        fitted = {name: unit.furniture.lookout for name, unit in self.units.items()}
        return {name: sensor for name, sensor in fitted.items() if sensor}

    def walk(self, row: list[Site], sensors: Mapping[str, Sensor], rate: Rate) -> Passers:
        """Let people walk along a row of lamps, past these sensors, from now on."""
        stops = [Stop(site.position.x_m, sensors[site.name]) for site in row if site.name in sensors]
        return Passers(self.scheduler, row[0].name, stops, rate)

    def visit(self, rate: Rate) -> list[Visitors]:
        """Let people come under the canopies that see them, from now on."""
        canopies = (unit for unit in self.units.values() if unit.plan.kind == "canopy")
        seen = ((unit.plan.name, unit.furniture.lookout) for unit in canopies)
        return [Visitors(self.scheduler, name, sensor, rate) for name, sensor in seen if sensor]

    def run(self, until_us: int | None = None) -> None:
        """Live until that moment of street time, or until `stop()`."""
        self.scheduler.run(until_us)

    def stop(self) -> None:
        """Let `run` return. May be called from another thread."""
        self.scheduler.stop()

    def close(self) -> None:
        """Switch everything off, and keep how things are for the next run."""
        keep(self._kept, self._furniture())
        for unit in self.units.values():
            unit.board.close()
        self._forks.close()

    def __enter__(self) -> "Street":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def snapshot(self) -> list[Record]:
        """Each unit as it really is, whatever it says of itself."""
        return [unit.snapshot() for unit in self.units.values()]

    def counters(self) -> Record:
        """What was counted since the street began."""
        uplinks = self.air.tally["node"]
        lost: Counter[str] = Counter(uplinks.lost)
        return {
            "boards": len(self.units),
            "joined": sum(unit.joined for unit in self.units.values()),
            "uplinks_sent": uplinks.sent,
            "lost": dict(lost),
        }

    def _furniture(self) -> dict[str, Furniture]:
        return {name: unit.furniture for name, unit in self.units.items()}

    def _record(self, record: Record) -> None:
        moment = datetime.fromtimestamp(self.scheduler.unix_us / 1e6, UTC)
        self._on_record({"time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"), **record})
