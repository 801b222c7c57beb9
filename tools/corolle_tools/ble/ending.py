"""When an order ends: after a length of time, or at a time of day."""

import time
from datetime import datetime, timedelta

from corolle_gateway import duration

from corolle_tools.ble.faults import Usage


class Ending:
    """`lasts` is like 90s or 1h30m, `until` like 23:10 by this machine's time zone and goes before it.

    Usage for what is neither.
    """

    def __init__(self, lasts: str, until: str | None):
        try:
            self._for_s = duration.seconds(lasts)
            self._at_s = _next(until) if until else 0
        except ValueError as error:
            raise Usage(str(error)) from None

    def after(self, unit_now_s: int) -> int:
        """Unix seconds by the unit's clock, which need not be right; 0: it knows no time."""
        return self._at_s or (unit_now_s or round(time.time())) + self._for_s


def _next(text: str) -> int:
    """The next moment at which a clock here shows that time."""
    try:
        asked = datetime.strptime(text, "%H:%M")
    except ValueError:
        raise ValueError(f"{text!r} is not a time of day like 23:10") from None
    now = datetime.now().astimezone()
    moment = now.replace(hour=asked.hour, minute=asked.minute, second=0, microsecond=0)
    return round((moment if moment > now else moment + timedelta(days=1)).timestamp())
