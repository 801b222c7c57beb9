"""The duty ledger: each concentrator's time on air in each sub-band over an hour (EN 300 220-2, 4.3.3)."""

from collections import defaultdict, deque

from corolle.wire import eu868
from msgspec import Struct

from corolle_gateway.model import Airtime

PERIOD_S = 3600.0


class _Entry(Struct):
    """`time_s`: as of when it counts, which is not its own when the clock was set since."""

    airtime: Airtime
    time_s: float


class DutyLedger:
    """Says whether a concentrator may send, and keeps what it sent."""

    def __init__(self) -> None:
        self._sent: defaultdict[tuple[str, str], deque[_Entry]] = defaultdict(deque)

    def note(self, airtime: Airtime) -> None:
        """A transmission was handed to the concentrator."""
        sent = self._sent[airtime.gateway, airtime.band]
        while sent and sent[0].time_s < airtime.time_s - PERIOD_S:
            sent.popleft()
        sent.append(_Entry(airtime, airtime.time_s))

    def take_back(self, airtime: Airtime) -> None:
        """The concentrator did not send the very one that was noted, unless an hour has gone by since."""
        sent = self._sent[airtime.gateway, airtime.band]
        for place in range(len(sent) - 1, -1, -1):
            if sent[place].airtime is airtime:
                del sent[place]
                break

    def clock_set_forward(self, by_s: float) -> None:
        """What was sent a moment ago is no older for it."""
        for sent in self._sent.values():
            for entry in sent:
                entry.time_s += by_s

    def allows(self, gateway: str, freq_hz: int, airtime_us: int, now_s: float, share: float) -> bool:
        """Whether so much more keeps within `share` of the sub-band's duty cycle; never outside of a band."""
        place = eu868.sub_band(freq_hz)
        if place is None:
            return False
        limit_us = PERIOD_S * 1e6 / eu868.SUB_BANDS[place][2]
        return self._used_us(gateway, band(freq_hz), now_s) + airtime_us <= share * limit_us

    def _used_us(self, gateway: str, band_name: str, now_s: float) -> int:
        sent = self._sent[gateway, band_name]
        if sent and sent[-1].time_s > now_s:  # the clock was set back: count these as of now, not for ever
            for entry in sent:
                entry.time_s = min(entry.time_s, now_s)
        return sum(entry.airtime.airtime_us for entry in sent if entry.time_s >= now_s - PERIOD_S)


def band(freq_hz: int) -> str:
    """A stable name for the sub-band of a frequency: its lower edge in kHz."""
    place = eu868.sub_band(freq_hz)
    return "none" if place is None else str(eu868.SUB_BANDS[place][0] // 1000)
