"""When certificates end: the one that is shown to a broker, and those that vouch for the broker's."""

from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from pathlib import Path

from msgspec import Struct

from corolle_gateway.config import BrokerConfig
from corolle_gateway.northbound.tls import certificates, day

SOON_DAYS = 30  # people renew it: that takes a request, an answer and a visit


class Ending(Struct, frozen=True):
    """A file of certificates that ends soon, or has ended (then less than no days are left)."""

    file: str
    ends: str
    days_left: int


def ends(*brokers: BrokerConfig) -> dict[Path, datetime]:
    """Until when each file is good, as it stands now; one that cannot be read, or is not used, is not there.

    Our own certificate is the first of its file, those behind it vouch for it. A file of authorities is good
    until the last of them ends: one that is about to may stand beside its successor.
    """
    found: dict[Path, datetime] = {}
    for broker in brokers:
        if broker.tls and broker.cert and (own := _moments(broker.cert)):
            found[broker.cert] = own[0]
        if broker.tls and broker.ca and (authorities := _moments(broker.ca)):
            found[broker.ca] = max(authorities)
    return found


def ending(*brokers: BrokerConfig) -> Ending | None:
    """The first to end of all files, if that is within a month."""
    found = ends(*brokers)
    if not found:
        return None
    path, end = min(found.items(), key=itemgetter(1))
    days_left = (end - datetime.now(UTC)).days
    return Ending(str(path), day(end), days_left) if days_left < SOON_DAYS else None


def _moments(path: Path) -> tuple[datetime, ...]:
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError:
        return ()


@lru_cache(16)
def _read(path: Path, stamp: int) -> tuple[datetime, ...]:
    """A system's file of authorities takes milliseconds, and is asked for every ten seconds."""
    return tuple(each.not_valid_after_utc for each in certificates(path))
