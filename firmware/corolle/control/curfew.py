"""The hours at which a lamp must be dark by the French order on light nuisance.

Arrete du 27 decembre 2018 relatif a la prevention, a la reduction et a la limitation des nuisances lumineuses
(NOR TREP1831126A), as amended by that of 29 May 2019 (NOR TREP1915954A), article 2. What it leaves open is
read so that no reading is broken:
- II has parks off by 01:00 "or" an hour after they close: here by the earlier of the two. So a park that
  never closes has its closing time at midnight.
- III has the illumination of a building off by 01:00 and the light inside an hour after the occupation ends:
  here too by the earlier, and neither comes back in the morning. A front that may shine till 01:00 has its
  closing time at midnight.
- I and IV let light return at 07:00, or an hour before activity "if it is exercised earlier": that is, before
  07:00. Whoever begins at 07:30 has light from 07:00.
- An hour after a closing time is an hour of time, also in a night in which clocks change.
VI lets detectors of presence relax these hours, and VII lets prefect and mayor: neither is read as a right.
"""

from corolle.control.calendar import at_local
from corolle.wire.compat import const

# The setting `category`, by its place.
CATEGORIES = "street|park|heritage|building|car park|business site"

_STREET = const(0)
_HERITAGE = const(2)
_CAR_PARK = const(4)
_BUSINESS_SITE = const(5)

_HOUR_S = const(3600)
_DAY_MIN = const(1440)
_NOON_MIN = const(720)
_ONE_MIN = const(1500)  # 01:00 of the morning after
_SEVEN_MIN = const(420)  # 07:00


def waits_for_sunset(category: int) -> bool:
    """Whether such lamps light at sunset at the earliest (article 2, II, III and IV)."""
    return _STREET < category <= _CAR_PARK


def window(
    category: int, closing_min: int, opening_min: int, days: int, zone_min: int, summer_time: int
) -> tuple | None:
    """(begin, end) in unix seconds of the dark hours in the night of a day's evening; None: it has none.

    Activity ends at `closing_min` and begins at `opening_min`, in minutes of local time, every day; it never
    stops where they are equal. Where no light may return in the morning the hours end at noon: sunset is the
    sun's matter. They may begin before the night does.
    """
    if category == _STREET:
        return None
    if category >= _CAR_PARK:
        return _while_closed(category, closing_min, opening_min, days, zone_min, summer_time)
    off_s = at_local(days, _ONE_MIN, zone_min, summer_time)
    if category != _HERITAGE:
        closing_min = (closing_min - _NOON_MIN) % _DAY_MIN + _NOON_MIN  # a time before noon is the next day's
        off_s = min(off_s, at_local(days, closing_min, zone_min, summer_time) + _HOUR_S)
    return off_s, at_local(days, _DAY_MIN + _NOON_MIN, zone_min, summer_time)


def _while_closed(category, closing_min, opening_min, days, zone_min, summer_time) -> tuple | None:
    """Article 2, I (closed sites of an activity: an hour) and IV (its car parks: two hours)."""
    opening = _DAY_MIN + opening_min
    closing = opening - (opening_min - closing_min) % _DAY_MIN
    hours = 1 if category == _BUSINESS_SITE else 2
    off_s = at_local(days, closing, zone_min, summer_time) + hours * _HOUR_S
    if opening_min < _SEVEN_MIN:
        on_s = at_local(days, opening, zone_min, summer_time) - _HOUR_S
    else:
        on_s = at_local(days, _DAY_MIN + _SEVEN_MIN, zone_min, summer_time)
    return (off_s, on_s) if off_s < on_s else None
