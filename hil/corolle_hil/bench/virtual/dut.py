"""A simulated device under test: a world of its own, begun anew at each start."""

from collections.abc import Collection, Sequence
from contextlib import nullcontext
from typing import Any

from corolle_hil.bench.rig import Load, Record, Said, Trace
from corolle_hil.bench.virtual.airside import AirSide
from corolle_hil.bench.virtual.maker import Maker
from corolle_hil.bench.virtual.world import Workshop, World
from corolle_hil.board import HARD_RESET
from corolle_hil.fitting import Furniture
from corolle_hil.installer import InstallError, install
from corolle_hil.one_core import one_core
from corolle_hil.pace import FlatOut
from corolle_hil.romfs import PROGRAM
from corolle_hil.scheduler import Scheduler

_WALK_M_S = 1.4


class VirtualDut:
    """See Dut; each start has a new world, with the same chances in it."""

    def __init__(self, kind: str, make: Maker, workshop: Workshop, needs: Collection[str]):
        self.kind = kind
        self.name = f"{kind}-01"
        self.heard: list[Said] = []
        self._make = make
        self._workshop = workshop
        self._folder = workshop.next_folder()
        self._air = AirSide(self._folder) if "air" in needs else None
        self._starts = 0
        self._before_s = 0.0  # what earlier starts took
        self._lived: World | None = None

    @property
    def now_s(self) -> float:
        """See Dut."""
        return self._before_s + (self._lived.scheduler.now_us / 1e6 if self._lived else 0.0)

    def wait(self, seconds: float) -> None:
        """See Dut."""
        scheduler = self._world.scheduler
        with nullcontext() if self._air else one_core():
            scheduler.run(scheduler.now_us + round(seconds * 1e6))
        if self._air:
            self._air.listen(self.now_s)

    def start(self, unix_s: int, load: Load) -> None:
        """See Dut."""
        self._end_world()
        self.heard.clear()
        self._starts += 1
        made = self._make(self.kind, load)
        pace = self._air.prepare(unix_s, made.registration) if self._air else FlatOut()
        scheduler = Scheduler(unix_s * 1_000_000, 1, pace)
        folder = self._folder / f"board-{self._starts}"
        self._flash = folder
        self._lived = World(scheduler, self._workshop, made, folder, self._hear)
        if self._air:
            self._air.put_up(scheduler, self._lived.air, self._lived.mast)

    def type(self, line: str) -> None:
        """See Dut."""
        self._world.board.type(line)

    def power(self, on: bool) -> None:
        """See Dut."""
        if on:
            self._world.unit.power_on()
        else:
            self._world.board.power_off()

    def sag(self, voltage_v: float, seconds: float) -> None:
        """See Dut."""
        mains = _present(self._it.post, "mains").mains
        if voltage_v:
            mains.dip(voltage_v, round(seconds * 1e6))
        else:
            mains.cut(round(seconds * 1e6))
        self.wait(seconds)

    def reset(self) -> None:
        """See Dut."""
        self._world.board.reset(HARD_RESET)

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
            install(self._workshop.forks, self._flash, kept, cut_at)
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
    def _world(self) -> World:
        return _present(self._lived, "start")

    @property
    def _it(self) -> Furniture:
        return self._world.unit.furniture

    def _hear(self, record: Record) -> None:
        self.heard.append(Said(self.now_s, record))

    def _end_world(self) -> None:
        if self._lived:
            self._before_s = self.now_s
            if self._air:
                self._air.take_down()
            self._lived.close()
            self._lived = None


def _present(part: Any, name: str) -> Any:
    if part is None:
        raise LookupError(f"a simulated device without {name}")
    return part
