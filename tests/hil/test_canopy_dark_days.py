"""Two weeks without sun: a canopy leaves off reports, then mist, then water, and never its guards."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from corolle.wire.canopy_report import CANOPY_REPORT
from corolle.wire.words import VERBS, code_of
from corolle_hil.one_core import one_core
from corolle_hil.replay.canopy import HEAP_BYTES
from corolle_hil.replay.order_wire import Wire
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Street
from corolle_hil.world.climate import Weather
from corolle_hil.world.place import ORIGIN_DEG, lay_out
from corolle_hil.world.scenario import WEEKS
from corolle_tools.replay.post import UNTHRIFTY, stand_alone

_DAY_US, _HOUR_US = 86_400_000_000, 3_600_000_000
_DARK_FROM, _END = 1, 15  # days
_CHARGE = 0.7  # of the battery when it gets dark: an ordinary autumn's
_NOON = 10.0  # 12 h in Toulouse: then somebody sits under it for half an hour, every day
_HOT = Weather(temperature_c=33.0, humidity_pct=25.0, wind_m_s=1.0, rain_mm_h=0.0, radiation_w_m2=250.0)
# Soil that never is wet enough is watered as often as it may be; power alone ends that.
_THIRSTY = {"start_vwc_pct": 60, "interval_min": 0, "soak_min": 240, "flat_h": 168}


class _Canopy:
    """A canopy in hot air, its sun gone after a day. What it said and sent is kept with its day."""

    def __init__(self, folder: Path):
        self.scheduler = Scheduler(WEEKS["summer"] * 1_000_000, 1)
        self.records: list[tuple[float, dict[str, Any]]] = []
        self.frames: list[tuple[float, int]] = []  # day, port
        equipment = stand_alone("canopy", 1, ORIGIN_DEG, {"settings": _THIRSTY}, UNTHRIFTY)
        place = lay_out(0, 1, 0, self.scheduler.rng("place"))
        parts = self.scheduler, place, lambda _: equipment, folder, self._weather, self._hear
        self.street = Street(*parts, heap_bytes=HEAP_BYTES)
        unit = next(iter(self.street.units.values()))
        self.board, self.it = unit.board, unit.furniture
        self._wire = Wire(self.scheduler, unit.board, lambda port, _: self.frames.append((self.day, port)))
        self.scheduler.at(4 * _HOUR_US, self._clean)
        for day in range(_END):
            self._sit(day)

    @property
    def day(self) -> float:
        return self.scheduler.now_us / _DAY_US

    def _weather(self, unix_s: float) -> Weather:
        dark = unix_s >= WEEKS["summer"] + _DARK_FROM * 86_400
        return replace(_HOT, radiation_w_m2=0.0) if dark else _HOT

    def _hear(self, record: dict[str, Any]) -> None:
        self.records.append((self.day, record))

    def _clean(self) -> None:
        """The mist line is commissioned while nobody is there."""
        self._wire.order(code_of(VERBS, "cleaned"), 0, WEEKS["summer"] + 86_400, "anne")

    def _sit(self, day: int) -> None:
        noon_us, visitor = day * _DAY_US + round(_NOON * _HOUR_US), self.it.lookout
        assert visitor
        self.scheduler.at(noon_us, visitor.enter, 1.0)
        self.scheduler.at(noon_us + _HOUR_US // 2, visitor.leave)

    def run(self, until_day: float) -> None:
        self.street.run(round(until_day * _DAY_US))

    def days(self, **fields: Any) -> list[float]:
        """When something was said that has these fields."""
        return [day for day, record in self.records if fields.items() <= record.items()]

    def reports(self, day: int) -> int:
        return sum(port == CANOPY_REPORT.port and int(at) == day for at, port in self.frames)


@pytest.fixture
def canopy(tmp_path: Path):
    with one_core():
        canopy = _Canopy(tmp_path)
        yield canopy
        canopy.street.close()


def test_it_lives_sheds_in_order_and_guards_to_the_last(canopy: _Canopy):
    battery, drip = canopy.it.battery, canopy.it.drip
    assert battery and drip and canopy.it.valve
    canopy.run(_DARK_FROM)
    battery.charge = _CHARGE
    canopy.run(_END - 0.1)
    assert battery.charge > 0.02 and canopy.days(event="boot") == canopy.days(event="boot", cause="power")[:1]

    no_mist, no_water = (
        min(canopy.days(output=output, reason="low battery")) for output in ("mist", "valve")
    )
    rarer = next(day for day in range(_END) if canopy.reports(day) < 30)
    assert canopy.reports(0) > 80 and 20 <= canopy.reports(rarer)
    assert _DARK_FROM + 2 < rarer < no_mist < no_water < _END - 0.1
    assert canopy.days(event="fault", name="batteryLow", state="raised")[0] == pytest.approx(
        no_mist, abs=0.02
    )
    assert _DARK_FROM < max(canopy.days(output="mist", value=1)) < no_mist
    assert no_water - 1 < max(canopy.days(output="valve", value=1)) < no_water

    drip.leak_l_s = 0.02
    drip.update()
    canopy.run(_END)
    tripped = {record["reason"] for day, record in canopy.records if record.get("event") == "guard"}
    assert {"leak", "unexplained flow"} <= tripped
    assert canopy.days(event="fault", name="leak", state="raised")
