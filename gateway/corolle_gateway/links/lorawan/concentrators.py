"""The concentrators: where each is reached, when it was heard, and whether it has started anew."""

import asyncio

from msgspec import Struct, field

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.log import Log

Address = tuple[str, int]

_TMST_MODULUS = 2**32
_HALF = _TMST_MODULUS // 2
_LATE_US = 10_000_000  # no network delay and no drift is more
_STALL_S = 2.0  # real seconds for which a busy machine may leave a datagram lying
_MOST = 64  # the protocol lets anybody name any EUI: a flood of them must not fill the memory
_GONE_S = 600.0  # real packet forwarders send PULL_DATA every 5 to 30 s


class _Counter(Struct, gc=False):
    """Where a concentrator's counter of microseconds stood, when, and the clock's pace then."""

    tmst: int
    at_s: float
    pace: float


class Concentrator(Struct):
    """One concentrator, by its EUI. `address` is where its last PULL_DATA came from.

    `silent`: it has not answered what it was to send, and not asked for more since.
    """

    eui: str
    address: Address | None = None
    silent: bool = False
    heard_s: float = 0.0
    counter: _Counter | None = None  # None: not known yet, or not any more
    free_at_s: float = 0.0  # when the last frame that was to be sent at once has ended
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Concentrators:
    """All concentrators heard since the gateway started."""

    def __init__(self, clock: Clock, log: Log, counts: Counts):
        self._clock = clock
        self._log = log
        self._counts = counts
        self._all: dict[str, Concentrator] = {}
        self._expected: dict[str, float] = {}  # EUIs of those not heard yet, and since when

    def expect(self, eui: str) -> None:
        """Some unit was last heard by it, in an earlier run."""
        if eui:
            self._expected.setdefault(eui, self._clock.now())

    def missing(self) -> list[str]:
        """The EUIs of those that units were heard by and that are gone."""
        now_s = self._clock.now()
        heard_s = self._expected | {eui: known.heard_s for eui, known in self._all.items()}
        return sorted(eui for eui, at_s in heard_s.items() if abs(now_s - at_s) >= _GONE_S)

    def any_heard(self) -> bool:
        """Whether there is one in service, and so units can be heard."""
        return any(self._is_there(each) for each in self._all.values())

    def everyone(self) -> list[Concentrator]:
        """All that were heard since the gateway started."""
        return list(self._all.values())

    def heard(self, eui: str) -> Concentrator:
        """A datagram came from it."""
        concentrator = self._all.get(eui)
        if concentrator is None:
            if len(self._all) >= _MOST:
                del self._all[min(self._all, key=self._worth)]
            concentrator = self._all[eui] = Concentrator(eui)
            self._expected.pop(eui, None)
            self._log.info("concentrator_found", gateway=eui)
        concentrator.heard_s = self._clock.now()
        return concentrator

    def _worth(self, eui: str) -> tuple[bool, float]:
        """Who has only been named goes before who takes downlinks."""
        known = self._all[eui]
        return known.address is not None, known.heard_s

    def pulled(self, eui: str, address: Address) -> None:
        """A PULL_DATA came: downlinks go to where it came from."""
        concentrator = self.heard(eui)
        concentrator.address, concentrator.silent = address, False

    def reachable(self, eui: str | None) -> Concentrator | None:
        """The concentrator, if downlinks can be sent to it."""
        concentrator = self._all.get(eui or "")
        return concentrator if concentrator and concentrator.address else None

    def answering(self, eui: str | None) -> Concentrator | None:
        """The concentrator if it is in service, else another one: the one heard last of those that are."""
        usable = [known for known in self._all.values() if known.address]
        wanted = self.reachable(eui)
        if wanted and not wanted.silent and self._is_there(wanted):
            return wanted
        return max(usable, key=lambda known: (not known.silent, known.heard_s), default=None)

    def all_reachable(self) -> list[Concentrator]:
        """All that take downlinks and were heard lately."""
        return [each for each in self._all.values() if each.address and self._is_there(each)]

    def alone(self) -> bool:
        """Whether there is but one in service: then no other can hear what it hears."""
        if len(self._all) == 1:
            return True
        return sum(self._is_there(each) for each in self._all.values()) <= 1

    def _is_there(self, concentrator: Concentrator) -> bool:
        return abs(self._clock.now() - concentrator.heard_s) < _GONE_S

    def note_tmst(self, eui: str, tmst: int) -> None:
        """A frame came with the concentrator's counter; says so when it has started from zero."""
        concentrator = self._all.get(eui)
        if concentrator is None:  # a flood of others that came with it has had it forgotten
            return
        before = concentrator.counter
        now = concentrator.counter = _Counter(tmst, self._clock.now(), self._clock.pace())
        if before and abs(_off_us(before, now)) > _LATE_US and _restarted(before, now):
            self._counts.count("concentrator_restarts")
            self._log.warning("concentrator_restarted", gateway=eui)

    def clock_jumped(self) -> None:
        """Nobody knows any more where the counters should be."""
        for concentrator in self._all.values():
            concentrator.counter = None


def _off_us(before: _Counter, now: _Counter) -> int:
    """By how much the counter is not where it should be."""
    expected = before.tmst + int((now.at_s - before.at_s) * 1e6)
    return (now.tmst - expected + _HALF) % _TMST_MODULUS - _HALF


def _restarted(before: _Counter, now: _Counter) -> bool:
    """Whether it is not there, but where a restart since then would have put it.

    In a street that runs faster than life, a moment of ours is minutes of the counter's.
    """
    slack_us = _LATE_US + int(_STALL_S * max(before.pace, now.pace) * 1e6)
    elapsed_us = int((now.at_s - before.at_s) * 1e6)
    return abs(_off_us(before, now)) > slack_us and now.tmst <= max(elapsed_us, 0) + slack_us
