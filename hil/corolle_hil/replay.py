"""Nights of one lamp post in virtual time: its own firmware, alone, with passers-by and a clock."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corolle_hil.chips.pir import Pir
from corolle_hil.chips.pwm_lamp import PwmLamp
from corolle_hil.one_core import one_core
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Equipment, Street
from corolle_hil.world.counts import steady
from corolle_hil.world.place import lay_out
from corolle_hil.world.scenario import WEEKS, ScenarioClimate

Record = dict[str, Any]

_DAY_US = 86_400_000_000
_NOON_S = 12 * 3600
_FULL_WITHIN_US = 1_000_000  # from coming into view to full light
_FULL = 0.99
_BOOTED_US = 100_000


@dataclass(frozen=True)
class Nights:
    """What to replay."""

    nights: int
    flow_per_h: float
    seed: int


class Witness:
    """Stands in the passers' way before the sensor, and looks whether they had light in time."""

    def __init__(self, scheduler: Scheduler, sensor: Pir, lamp: PwmLamp):
        self.passages = 0
        self.lit_in_time = 0
        self._scheduler = scheduler
        self._sensor = sensor
        self._lamp = lamp

    def enter(self) -> None:
        """Somebody comes into view; by day nobody needs light."""
        if self._lamp.level > 0:
            self.passages += 1
            self._scheduler.after(_FULL_WITHIN_US, self._look)
        self._sensor.enter()

    def leave(self) -> None:
        """Somebody is out of view."""
        self._sensor.leave()

    def _look(self) -> None:
        self.lit_in_time += self._lamp.level >= _FULL


class Diary:
    """What the lamp decided: how long it was on, and how often it switched."""

    def __init__(self, tell: Callable[[Record], None], scheduler: Scheduler):
        self.switches = 0
        self.on_us = 0
        self._tell = tell
        self._scheduler = scheduler
        self._value = 0
        self._since_us = 0

    def take(self, record: Record) -> None:
        """One record of the street."""
        if record["type"] == "decision":
            self.settle()
            self.switches += record["value"] != self._value
            self._value = record["value"]
        self._tell(record)

    def settle(self) -> None:
        """Count the time gone by."""
        now_us = self._scheduler.now_us
        if self._value:
            self.on_us += now_us - self._since_us
        self._since_us = now_us


def replay_lamp(what: Nights, equipment: Equipment, folder: Path, tell: Callable[[Record], None]) -> Record:
    """Replay nights, from noon to noon; `tell` hears every record. Returns the summary.

    The post stands alone: no gateway answers, its clock was set when it was mounted. `saving` is against
    the same lamp at full power whenever it is on.
    """
    scheduler = Scheduler((WEEKS["summer"] + _NOON_S) * 1_000_000, what.seed)
    place = lay_out(1, 0, 0, scheduler.rng("place"))
    diary = Diary(tell, scheduler)
    climate = ScenarioClimate(scheduler.rng)
    with one_core(), Street(scheduler, place, lambda _: equipment, folder, climate, diary.take) as street:
        unit = street.units[place.lamps[0].name]
        lamp, sensor = unit.furniture.lamp, unit.furniture.presence
        if lamp is None or sensor is None:
            raise ValueError("the board of a lamp post needs a dimmer and a presence sensor")
        witness = Witness(scheduler, sensor, lamp)
        street.walk(place.rows[0], {place.lamps[0].name: witness}, steady(what.flow_per_h))
        scheduler.at(_BOOTED_US, unit.board.set_clock, scheduler.epoch_us + _BOOTED_US)
        street.run(what.nights * _DAY_US)
        diary.settle()
        return _summary(what, diary, witness, lamp)


def _summary(what: Nights, diary: Diary, witness: Witness, lamp: PwmLamp) -> Record:
    on_h = diary.on_us / 3.6e9
    full_wh = lamp.nominal_w * on_h + lamp.standby_w * (24 * what.nights - on_h)
    return {
        "type": "summary",
        "nights": what.nights,
        "hours_on": round(on_h, 2),
        "passages": witness.passages,
        "lit_in_time": witness.lit_in_time,
        "switches": diary.switches,
        "energy_wh": round(lamp.energy_wh, 1),
        "energy_full_wh": round(full_wh, 1),
        "saving": round(1 - lamp.energy_wh / full_wh, 4),
    }
