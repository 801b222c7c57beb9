"""A battery's smoothed voltage in floats of 32 bits: it arrives where it goes, and sheds at the same hour."""

import float32
from corolle.control import energy
from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.mist_settings import MIST_SETTINGS
from corolle.system.settings import rows

_SETTINGS = {row[0]: row[1] for row in rows(CANOPY_SETTINGS, MIST_SETTINGS)}


def test_a_season_of_samples_each_minute():
    singles, doubles = float32.load("corolle.control.energy").Energy(0), energy.Energy(0)
    differing = 0
    for minute in range(1, 30 * 1440):
        hour = minute // 60 % 24
        battery_mv = 13_300 - minute // 60 + (400 if 9 <= hour < 15 else 0) + minute % 7
        for one in (singles, doubles):
            one.update(minute * 60, _SETTINGS, battery_mv, -1_537, 1_291 if 9 <= hour < 15 else 0)
        assert abs(singles.battery_mv - doubles.battery_mv) < 0.5
        differing += singles.level != doubles.level
    assert differing <= 10
    assert (singles.day_in_mwh, singles.day_out_mwh) == (doubles.day_in_mwh, doubles.day_out_mwh)
    assert doubles.level == 2
