"""A canopy's settings and readings for the tests of its decisions."""

from corolle.control.measured import Measured, Readings
from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.mist_settings import MIST_SETTINGS
from corolle.system.settings import rows

NOW = 100_000
_DEFAULTS = {row[0]: row[1] for row in rows(CANOPY_SETTINGS, MIST_SETTINGS)}


def settings(**changes):
    values = dict(_DEFAULTS)
    values.update(start_vwc_pct=20, band_vwc_pct=8, soak_min=30)  # a light soil
    for name in changes:
        assert name in values, name
    values.update(changes)
    return values


def measured(value, now_s=NOW):
    found = Measured()
    found.update(now_s, value)
    return found


def readings(*vwc_pct, air_c=20.0, now_s=NOW):
    found = Readings(len(vwc_pct))
    found.update(now_s, list(vwc_pct))
    found.air = measured((air_c, 50.0), now_s)
    return found
