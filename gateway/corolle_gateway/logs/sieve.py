"""Which lines somebody wants to see."""

import re
from datetime import UTC, datetime

from msgspec import Struct

from corolle_gateway.log import LEVELS
from corolle_gateway.logs.logfmt import parse
from corolle_gateway.model import iso_utc

_AGO = re.compile(r"(\d+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MOMENT_RULE = "an ISO 8601 time (UTC unless it says so), or so long ago: 90s, 15m, 2h, 3d"


class Sieve(Struct, frozen=True):
    """What is asked for; what is left out lets everything through. Times are as the log writes them."""

    unit: str | None = None
    since: str | None = None
    until: str | None = None
    level: str = LEVELS[0]  # at least so grave
    text: str | None = None  # somewhere in the line, in whichever case

    def passes(self, line: str) -> bool | None:
        """Whether a line, its end taken off, is wanted; None when it is torn."""
        fields = parse(line)
        if fields is None or fields["level"] not in LEVELS:
            return None
        return (
            (self.unit is None or fields.get("unit") == self.unit)
            and (self.since is None or fields["t"] >= self.since)
            and (self.until is None or fields["t"] < self.until)
            and LEVELS.index(fields["level"]) >= LEVELS.index(self.level)
            and (self.text is None or self.text.casefold() in line.casefold())
        )


def moment(text: str, now_s: float) -> str:
    """A time as people write it, as the log does. ValueError when it is none."""
    if ago := _AGO.fullmatch(text):
        return iso_utc(now_s - int(ago[1]) * _SECONDS[ago[2]])
    given = datetime.fromisoformat(text)
    return iso_utc((given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp())
