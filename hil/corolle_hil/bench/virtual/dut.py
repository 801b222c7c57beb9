"""A simulated device under test: a street of one unit, begun anew at each start."""

from collections.abc import Collection, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from corolle_hil.bench.rig import PLACE_DEG, Load, Record, Said, Trace
from corolle_hil.bench.virtual.airside import AirSide
from corolle_hil.bench.virtual.maker import Maker
from corolle_hil.board import HARD_RESET
from corolle_hil.fitting import Furniture
from corolle_hil.forkserver import ForkServer
from corolle_hil.installer import InstallError, install
from corolle_hil.pace import FlatOut
from corolle_hil.replay.lamp import ROOMY_BYTES
from corolle_hil.romfs import PROGRAM
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Street
from corolle_hil.unit import VirtualUnit
from corolle_hil.world.place import lay_out
from corolle_hil.world.scenario import ScenarioClimate

_CLOCK_US = 100_000  # after power, and before the interpreter starts
_OFF_US = 1_000_000
_WALK_M_S = 1.4


class VirtualDut:
    """See Dut; each start has a new world, with the same chances in it.

    Its heap is roomy: garbage would be collected for half of the time a test takes, and a heap's limits have
    tests of their own.
    """

    def __init__(self, kind: str, make: Maker, forks: ForkServer, folder: Path, needs: Collection[str]):
        self.kind = kind
        self.name = f"{kind}-01"
        self.heard: list[Said] = []
        self._make = make
        self._forks = forks
        self._folder = folder
        self._air = AirSide(folder) if "air" in needs else None
        self._starts = count()
        self._begun_s = 0.0
        self._street: Street | None = None

    @property
    def now_s(self) -> float:
        """See Dut: all its starts together."""
        return self._begun_s + (self._world.scheduler.now_us / 1e6 if self._street else 0.0)

    def wait(self, seconds: float) -> None:
        """See Dut."""
        self._world.run(self._world.scheduler.now_us + round(seconds * 1e6))
        if self._air:
            self._air.listen(self.now_s)

    def start(self, unix_s: int, load: Load) -> None:
        """See Dut."""
        self._end_world()
        made = self._make(self.kind, load)
        pace = self._air.prepare(unix_s, made.registration) if self._air else FlatOut()
        scheduler = Scheduler(unix_s * 1_000_000, 1, pace)
        lamps = int(self.kind == "lamp")
        place = lay_out(lamps, 1 - lamps, 1, scheduler.rng("place"))
        climate = ScenarioClimate(scheduler.rng)
        folder = self._folder / f"start-{next(self._starts)}"
        self._street = Street(
            scheduler,
            place,
            lambda _: made.equipment,
            folder,
            climate,
            self._hear,
            0.0,
            PLACE_DEG,
            ROOMY_BYTES,
        )
        self._flash = folder / "boards" / self.name
        if self._air:
            self._air.put_up(scheduler, self._street.air, place.concentrators[0])
        scheduler.at(_CLOCK_US, self._unit.board.set_clock, scheduler.epoch_us + _CLOCK_US)

    def power(self, on: bool) -> None:
        """See Dut."""
        if on:
            self._unit.power_on()
        else:
            self._unit.board.power_off()

    def sag(self, voltage_v: float, seconds: float) -> None:
        """See Dut. Raises ValueError for a unit that is not on the mains."""
        post = self._it.post
        if post is None:
            raise ValueError(f"{self.name} is not on the mains")
        if voltage_v:
            post.mains.dip(voltage_v, round(seconds * 1e6))
        else:
            post.mains.cut(round(seconds * 1e6))
        self.wait(seconds)

    def reset(self) -> None:
        """See Dut."""
        self._unit.board.reset(HARD_RESET)

    def power_w(self) -> float:
        """See Dut."""
        return _present(self._it.post, "luminaire").luminaire.power_w

    def light(self) -> float:
        """See Dut."""
        return _present(self._it.post, "luminaire").luminaire.level

    def passage(self, seconds: float, every_s: float) -> Trace:
        """See Dut."""
        lookout = _present(self._it.lookout, "presence sensor")
        began_s = self.now_s
        lookout.enter(_WALK_M_S)
        trace = [(0.0, self.light())]
        while self.now_s - began_s < seconds:
            self.wait(every_s)
            trace.append((self.now_s - began_s, self.light()))
        lookout.leave()
        return trace

    def valve_open(self) -> bool:
        """See Dut."""
        return _present(self._it.valve, "valve").is_open

    def litres(self) -> float:
        """See Dut."""
        return _present(self._it.drip, "drip line").litres

    def install(self, load: Load, cut_at: int | None = None) -> bool:
        """See Dut."""
        files = self._make(self.kind, load).equipment.files()
        kept = {path: content for path, content in files.items() if not path.startswith(PROGRAM)}
        try:
            install(self._forks, self._flash, kept, cut_at)
        except InstallError:
            if cut_at is None:
                raise
            return True
        return False

    def order(self, verb: str, value: int, for_s: int) -> str:
        """See Dut."""
        return _present(self._air, "gateway").order(self.name, verb, value, for_s)

    def answers(self, order: str) -> Sequence[Said]:
        """See Dut."""
        heard = _present(self._air, "gateway").heard
        return [said for said in heard if said.record.get("id") == order]

    def close(self) -> None:
        """See Dut."""
        self._end_world()

    @property
    def _world(self) -> Street:
        return _present(self._street, "start")

    @property
    def _unit(self) -> VirtualUnit:
        return self._world.units[self.name]

    @property
    def _it(self) -> Furniture:
        return self._unit.furniture

    def _hear(self, record: Record) -> None:
        self.heard.append(Said(self.now_s, record))

    def _end_world(self) -> None:
        if self._street:
            self._begun_s = self.now_s
            if self._air:
                self._air.take_down()
            self._street.close()
            self._street = None


def _present(part: Any, name: str) -> Any:
    if part is None:
        raise LookupError(f"a simulated device without {name}")
    return part
