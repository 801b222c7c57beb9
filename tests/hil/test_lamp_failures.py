"""Whatever two things fail together, a lamp is as bright at night as its policy wants, and tells what it can.

A street has a lamp for every third pair of failures, and one for each failure alone: they live through one
evening together, half of them on each of two cores. COROLLE_PAIRS=all has a lamp for every pair.
"""

import json
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from corolle_hil.board import POWER_ON
from corolle_hil.fitting import Furniture
from corolle_hil.one_core import one_core
from corolle_hil.replay.lamp import ROOMY_BYTES
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Equipment, Street
from corolle_hil.unit import VirtualUnit
from corolle_hil.world import sun
from corolle_hil.world.place import Place, Site
from corolle_hil.world.propagation import Position
from corolle_hil.world.scenario import WEEKS, ScenarioClimate
from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity
from corolle_tools.replay.post import UNTHRIFTY

_SECOND_US = 1_000_000
_MINUTE_US = 60 * _SECOND_US
# In July in the far west of Central European time dusk and midnight are near each other.
_BREST_DEG = (48.39, -4.49)
_BEGIN_US = (WEEKS["summer"] + 20 * 3600) * _SECOND_US  # 22 h in Brest, some minutes before sunset
_NIGHT_US = 40 * _MINUTE_US  # sunset, the offset of 15 minutes, and the steps of the node's sleep
_VISITS_US = (45 * _MINUTE_US, 122 * _MINUTE_US)  # when everybody's sensors see somebody
_END_US = 130 * _MINUTE_US
_STAYS_US = 6 * _SECOND_US
_RADAR_US = round(2.5 / 1.4 * _SECOND_US)  # a pedestrian is in view 8 m away, and the radar sees 6 m; 10 Hz
_APART_US, _SET_US = 50_000, 100_000  # from one lamp's power to the next one's, and to its clock's setting
_BASE = 0.1
_MOST_PROBES = 40  # of a lost radio: pauses double up to 5 minutes


@dataclass(frozen=True)
class Failure:
    """One thing that fails, its part first. `told` names the fault, "" where none can be known.

    `blinds` is the presence sensor that is lost by it.
    """

    name: str
    told: str
    strike: Callable[[Furniture], None] = lambda it: None
    blinds: str = ""


def _set(part: str, switch: str, value: Any) -> Callable[[Furniture], None]:
    """Throw a switch of a part; "x.faults" is its faults."""

    def strike(it: Furniture) -> None:
        owner: Any = it
        for name in part.split("."):
            owner = getattr(owner, name)
        setattr(owner, switch, value)

    return strike


def _lose_time(it: Furniture) -> None:
    assert it.rtc
    it.rtc.lose_time()


FAILURES = (
    Failure("pir dead", "", _set("presence", "dead", True), "pir"),
    Failure("pir stuck", "presenceStuck", _set("presence", "stuck", 1), "pir"),
    Failure("radar dead", "sensorFault", _set("radar", "dead", True), "radar"),
    Failure("radar stuck", "presenceStuck", _set("radar", "stuck", 1), "radar"),
    Failure("radar garbled", "sensorFault", _set("radar", "garbled", 1.0), "radar"),
    Failure("meter silent", "sensorFault", _set("energy_meter.faults", "dead", True)),
    Failure("meter garbled", "sensorFault", _set("energy_meter.faults", "garbled", 1.0)),
    Failure("lux dead", "sensorFault", _set("lux.faults", "dead", True)),
    Failure("lux stuck", "", _set("lux.faults", "stuck", True)),
    Failure("temperature dead", "sensorFault", _set("temperature.faults", "dead", True)),
    Failure("temperature stuck", "", _set("temperature.faults", "stuck", True)),
    Failure("tilt dead", "sensorFault", _set("tilt.faults", "dead", True)),
    Failure("bus stuck", "sensorFault", _set("lux.faults", "bus_stuck", True)),
    Failure("clock unset", ""),  # the DS3231 has the time
    Failure("rtc dead", "sensorFault", _set("rtc.faults", "dead", True)),
    Failure("rtc without time", "", _lose_time),
    Failure("radio dead", "radioLost", _set("radio", "dead", True)),
)
_NO_TIME = {"rtc dead", "rtc without time", "bus stuck"}
_PAIRS = [pair for pair in combinations(FAILURES, 2) if len({one.name.split()[0] for one in pair}) == 2]
_STEP = 1 if os.environ.get("COROLLE_PAIRS") == "all" else 3
SETS: list[Sequence[Failure]] = [*((one,) for one in FAILURES), *_PAIRS[::_STEP]]


@dataclass
class Lamp:
    """What became of one lamp; `failures` is its place in SETS."""

    failures: int
    darkest: float = 1.0
    lit: list[bool] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    restarted: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)
    resets: dict[int, int] = field(default_factory=dict)
    hangs: int = 0

    @property
    def names(self) -> set[str]:
        return {failure.name for failure in SETS[self.failures]}

    @property
    def blind(self) -> set[str]:
        """The presence sensors that see nobody."""
        return {failure.blinds for failure in SETS[self.failures]} - {""}

    @property
    def expected(self) -> set[str]:
        """The faults that must be there in the end."""
        told = {failure.told for failure in SETS[self.failures]} - {""}
        return told | {"clockUnknown"} if "clock unset" in self.names and self.names & _NO_TIME else told

    def hear(self, record: dict[str, Any]) -> None:
        if record["type"] == "console":
            self.traces.append(record["text"])
        elif record.get("event") == "restart":
            self.restarted.append(record["task"])
        elif record.get("event") == "fault":
            (self.present.add if record["state"] == "raised" else self.present.discard)(record["name"])


def _begin(lamp: Lamp, unit: VirtualUnit, scheduler: Scheduler, place: int) -> None:
    """Break what is to fail, and plan what befalls the lamp."""
    it = unit.furniture
    assert it.post and it.lookout
    for failure in SETS[lamp.failures]:
        failure.strike(it)
    if "clock unset" not in lamp.names:
        scheduler.after(_SET_US + _APART_US * place, lambda: unit.board.set_clock(scheduler.unix_us))
    luminaire, lookout = it.post.luminaire, it.lookout

    def look() -> None:
        if scheduler.now_us >= _NIGHT_US:
            lamp.darkest = min(lamp.darkest, luminaire.level)

    def visit() -> None:
        lookout.enter(1.4)
        scheduler.after(_STAYS_US, lookout.leave)
        seen_us = _RADAR_US if "pir" in lamp.blind else 0
        scheduler.after(seen_us + _SECOND_US, lambda: lamp.lit.append(luminaire.level > 0.99))

    luminaire.watch(look)
    for moment_us, fn in (*((at_us, visit) for at_us in _VISITS_US), (_NIGHT_US, look), (_END_US, look)):
        scheduler.at(moment_us, fn)


_NO_BLE = ("ble",)


def _equip(failures: int, site: Site) -> Equipment:
    """A lamp has a radio where that is what fails: one that nobody answers costs more than all the rest."""
    name = "lamp-s3"
    made = Identity.make(site.name, "lamp", "test", *_BREST_DEG)
    unit = replace(made, dev_eui=f"02c0ffee0000{failures:04x}", app_key=bytes(16).hex())
    board = board_definition(name, _NO_BLE)
    if not any(failure.told == "radioLost" for failure in SETS[failures]):
        del board["fitted"]["radio"]
    content = json.dumps(board).encode()
    files = {"/board.json": content} | UNTHRIFTY
    return Equipment(board, lambda: node_files(name, unit, _NO_BLE) | files)


def _live(folder: Path, numbers: Sequence[int]) -> list[Lamp]:
    """The evening of some lamps."""
    scheduler = Scheduler(_BEGIN_US, 1)
    sites = {f"lamp-{number}": Site(f"lamp-{number}", Position(0.0, 0.0)) for number in numbers}
    lamps = {name: Lamp(number) for name, number in zip(sites, numbers, strict=True)}
    climate = ScenarioClimate(scheduler.rng)
    street = Street(
        scheduler,
        Place([list(sites.values())]),
        lambda site: _equip(lamps[site.name].failures, site),
        folder / str(numbers[0]),
        climate,
        lambda record: lamps[record["unit"]].hear(record),
        place_deg=_BREST_DEG,
        heap_bytes=ROOMY_BYTES,
    )
    with one_core(), street:
        for place, (name, unit) in enumerate(street.units.items()):
            _begin(lamps[name], unit, scheduler, place)
        street.run(_END_US)
        for name, unit in street.units.items():
            lamps[name].resets, lamps[name].hangs = unit.board.resets, unit.board.hangs
    return list(lamps.values())


@pytest.fixture(scope="module")
def lamps(tmp_path_factory: pytest.TempPathFactory) -> list[Lamp]:
    """All lamps after their evening."""
    folder = tmp_path_factory.mktemp("street")
    numbers = range(len(SETS))
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        halves = pool.map(partial(_live, folder), [numbers[0::2], numbers[1::2]])
        return [lamp for half in halves for lamp in half]


def _all(lamps: list[Lamp], wrong: Callable[[Lamp], Any]) -> dict[str, Any]:
    """What is wrong, by failures."""
    found = {" + ".join(sorted(lamp.names)): wrong(lamp) for lamp in lamps}
    return {names: value for names, value in found.items() if value}


def test_the_evening_has_dusk_and_midnight():
    assert sun.elevation_deg(_BEGIN_US / 1e6, *_BREST_DEG) > 0
    assert sun.elevation_deg((_BEGIN_US + _NIGHT_US) / 1e6, *_BREST_DEG) < -3
    assert _BEGIN_US + _END_US > (WEEKS["summer"] + 22 * 3600) * _SECOND_US, "midnight by summer time"


def test_no_lamp_is_darker_than_its_base_level(lamps: list[Lamp]):
    assert len(lamps) == len(SETS)
    assert not _all(lamps, lambda lamp: lamp.darkest < _BASE - 0.001 and lamp.darkest)


def test_who_comes_has_light_within_a_second_while_a_presence_sensor_works(lamps: list[Lamp]):
    assert not _all(lamps, lambda lamp: len(lamp.blind) < 2 and lamp.lit != [True, True])


def test_no_node_resets_and_nothing_but_the_search_for_a_radio_begins_anew(lamps: list[Lamp]):
    assert not _all(lamps, lambda lamp: lamp.resets != {POWER_ON: 1} or lamp.hangs or lamp.traces)
    assert not _all(lamps, lambda lamp: "radio dead" not in lamp.names and lamp.restarted)
    assert not _all(lamps, lambda lamp: set(lamp.restarted) - {"link"})
    assert not _all(lamps, lambda lamp: len(lamp.restarted) > _MOST_PROBES)


def test_what_can_be_known_is_told_by_its_name_and_nothing_else(lamps: list[Lamp]):
    assert not _all(lamps, lambda lamp: lamp.present != lamp.expected and (lamp.present, lamp.expected))
