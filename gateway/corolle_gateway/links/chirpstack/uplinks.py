"""Uplinks of ChirpStack's: each is taken once, in the order of its session's counter."""

from collections import defaultdict
from math import nan

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.links.chirpstack.events import Up
from corolle_gateway.links.chirpstack.outside import Memory, Receiver
from corolle_gateway.model import Accepted, ChirpstackSession, Guard, Radio, Unit, Uplink
from corolle_gateway.pending import Pending

_KEPT = 4  # sessions of a unit


class Uplinks:
    """Hands on what has not been handed on before, by DevAddr and frame counter.

    A counter that has run on and comes again as it was would be taken for one that has begun anew: what the
    broker brings twice is known here, before anybody looks into it, and by the transaction that stores it.
    """

    def __init__(self, clock: Clock, counts: Counts, memory: Memory, receiver: Receiver):
        self._clock = clock
        self._counts = counts
        self._memory = memory
        self._receiver = receiver
        self._sessions: defaultdict[str, dict[str, ChirpstackSession]] = defaultdict(dict)
        self._last: dict[str, Pending[bool]] = {}  # what was taken of each unit last

    async def load(self) -> None:
        """Go on where the store stands. sqlite3.Error."""
        sessions = await self._memory.sessions()
        self._sessions.clear()
        self._last.clear()
        for session in sessions:
            self._sessions[session.unit][session.dev_addr] = session

    def application(self, unit: str) -> str | None:
        """The application in which a unit was heard last."""
        for session in reversed(self._sessions[unit].values()):
            return session.application
        return None

    def take(self, unit: Unit, application: str, up: Up) -> Pending[bool] | None:
        """Hand an uplink on: True once it is stored. None: it was handed on before."""
        session = self._session(unit.name, up.dev_addr.lower())
        session.application = application
        if up.f_cnt < session.f_cnt_up:
            self._counts.count("redelivered")
            return None
        accepted = self._accepted(unit, up, self._memory.advance(session, up.f_cnt))
        session.f_cnt_up = up.f_cnt + 1  # at once, for the next one may come before this one is committed
        self._last[unit.name] = accepted.stored
        accepted.stored.then(self._ended)
        return accepted.stored

    def last(self, unit: str) -> Pending[bool] | None:
        """Whether what was handed on of a unit last is stored, None if that was in an earlier run."""
        return self._last.get(unit)

    def _session(self, unit: str, dev_addr: str) -> ChirpstackSession:
        sessions = self._sessions[unit]
        if dev_addr not in sessions:
            sessions[dev_addr] = ChirpstackSession(unit, dev_addr, "")
            while len(sessions) > _KEPT:
                del sessions[next(iter(sessions))]
        return sessions[dev_addr]

    def _accepted(self, unit: Unit, up: Up, guard: Guard) -> Accepted:
        key = f"{up.dev_addr.lower()}-{up.f_cnt}"
        port = up.f_port or 0  # without one there are but MAC commands, which are ChirpStack's business
        uplink = Uplink(unit, key, port, up.data, self._time_s(up), _radio(up))
        [accepted] = self._receiver.accept([(uplink, guard)])
        if accepted.message_id is not None:
            self._receiver.settle(accepted.message_id)
        return accepted

    def _time_s(self, up: Up) -> float:
        """When it was heard, which may be long ago if the broker was away; nothing is heard in the future."""
        now_s = self._clock.now()
        return now_s if up.time is None else max(0.0, min(up.time.timestamp(), now_s))

    def _ended(self, done: Pending[bool]) -> None:
        if done.came_true:
            self._counts.count("uplinks")


def _radio(up: Up) -> Radio:
    freq_hz = up.tx_info.frequency if up.tx_info else 0
    if not up.rx_info:  # a visitor in another network, of which that one tells no more
        return Radio(nan, nan, up.dr, freq_hz, 0)
    best = max(up.rx_info, key=lambda heard: (heard.snr, heard.rssi))
    count = len({heard.gateway_id for heard in up.rx_info})
    return Radio(best.rssi, best.snr, up.dr, freq_hz, count)
