"""The LoRaWAN 1.0.4 end-device, class A and class C: one task that joins, sends and listens."""

import asyncio
import os

from corolle.radio.lorawan import session as sessions
from corolle.radio.lorawan.duty import DutyCycle
from corolle.radio.lorawan.link import Link
from corolle.radio.lorawan.network_time import NetworkTime
from corolle.radio.lorawan.queue import ACK, REPORT, SendQueue
from corolle.radio.lorawan.traffic import Traffic
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_QUEUE_LIMIT = const(16)
_DAY_S = const(86_400)
_RETRY_S = const(2)
_RETRY_MAX_S = const(600)
_SETUP_PORT = const(200)  # wire/multicast.py
_MULTICAST = ("corolle.radio.lorawan.multicast", "corolle.wire.multicast", "corolle.wire.derive")


# What is counted. A name of at most ten letters is kept once, however often the code says it.
_COUNTED = (
    "uplinks",
    "downlinks",
    "joins",
    "requests",
    "refused",
    "too long",
    "failures",
    "malformed",
    "not down",
    "foreign",
    "wrong mic",
    "replayed",
)


def new_counts() -> dict:
    """All at zero."""
    return {name: 0 for name in _COUNTED}


class LoRaWan:
    """An end-device. Nothing happens before run().

    radio: what drivers/sx1262.py offers; an OSError from it is survived. store: load(name) -> bytes or None,
    save(name, bytes), atomic. log(event, level=..., **fields). on_downlink(port, payload) and
    on_time(unix_s, ms) are called from run()'s task. battery(): 0 mains, 1 to 254 of full, 255 unknown.
    rng(n): n random bytes.
    """

    def __init__(
        self,
        radio,
        identity,
        store,
        *,
        log,
        class_c=False,
        on_downlink=None,
        on_time=None,
        battery=None,
        rng=os.urandom,
    ):
        self.radio = radio
        self._store = store
        self._log = log
        self._class_c = class_c
        self._on_downlink = on_downlink
        self._battery = battery or (lambda: 0 if class_c else 255)
        self._rng = rng
        self._queue = SendQueue(_QUEUE_LIMIT, rng)
        self._duty = DutyCycle()
        self._counts = new_counts()
        self._time = NetworkTime(on_time)
        self._identity = identity
        self._traffic = self._link = None
        self._retry_s = _RETRY_S
        self._progress = 0
        self.healthy = True  # whether radio and flash worked last time

    @property
    def joined(self) -> bool:
        """Whether there is a session."""
        return self._traffic is not None

    @property
    def idle(self) -> bool:
        """Whether nothing waits to be sent but events that nobody has acknowledged, whose time will come."""
        return not len(self._queue)

    @property
    def stats(self) -> dict:
        """Counts since the start, by what happened."""
        counts = dict(self._counts)
        counts.update(self.radio.counts)
        counts["queue full"] = self._queue.dropped
        counts["given up"] = self._queue.given_up
        counts["retries"] = self._queue.retries
        return counts

    def send(self, port: int, payload: bytes, priority: int = REPORT) -> bool:
        """Queue an uplink, an event to stay until it is acknowledged.

        False when it is dropped at once because all that waits matters more.
        """
        queued = self._queue.push(priority, port, payload)
        self.radio.wake()
        return queued

    async def run(self) -> None:
        """Work for ever. A radio or a flash that fails is reset and tried again, ever less often."""
        session = sessions.load(self._store)
        if session is not None:
            self._open(session)
        while True:
            try:
                if not self.healthy:
                    self.radio.reset()
                    self.healthy = True
                await self._work()
            except sessions.NoncesUsedUp:
                self._log("join_impossible", level="error", reason="every DevNonce of this AppKey is used")
                await asyncio.sleep(_DAY_S)
            except OSError as error:
                await self._fail(error)

    async def _work(self) -> None:
        traffic = self._traffic or self._open(await self._join())
        await traffic.work()
        self._log("link_lost", level="warn")
        self._traffic = None
        sessions.forget(self._store)

    async def _join(self):
        """Ask until the network answers; the session."""
        with borrowed("corolle.radio.lorawan.join_pace") as pacing:
            pace = pacing.JoinPace(self._rng)
            await asyncio.sleep_ms(pace.first_ms())
            session = None
            while session is None:
                session, airtime_us = await self._ask(pace.next_data_rate())
                if session is None:
                    self.radio.sleep()
                    await asyncio.sleep_ms(pace.pause_ms(airtime_us))
        self._counts["joins"] += 1
        self._log("joined", dev_addr=f"{session.dev_addr:08x}", dr=session.data_rate)
        return session

    async def _ask(self, data_rate: int) -> tuple:
        with borrowed("corolle.radio.lorawan.joining", "corolle.wire.join") as joining:
            joiner = joining.Joiner(
                self.radio, self._identity, self._store, self._duty, self._counts, self._log, self._rng
            )
            return await joiner.ask(data_rate)

    def _open(self, session) -> Traffic:
        self._time.ask_soon()
        self._queue.acknowledged(None)
        self._link = Link(session, self._duty, self._time, self._counts, self._battery)
        self._traffic = Traffic(
            self._link,
            self.radio,
            self._queue,
            self._duty,
            self._time,
            self._counts,
            self._log,
            self._rng,
            self._class_c,
            self._deliver,
        )
        return self._traffic

    def _deliver(self, port: int, payload: bytes) -> None:
        """Hand a downlink on; a group is set up here."""
        if port == _SETUP_PORT and self._class_c and self._link:
            with borrowed(*_MULTICAST) as multicast:
                self.send(port, multicast.set_up(self._store, self._identity.app_key, payload), ACK)
            self._link.groups = self._store.load("groups")
        elif self._on_downlink is not None:
            self._on_downlink(port, payload)

    async def _fail(self, error) -> None:
        """Wait twice as long as last time, unless something was sent in between."""
        self.healthy = False
        self._counts["failures"] += 1
        progress = self._counts["uplinks"] + self._counts["requests"]
        if progress > self._progress:
            self._retry_s = _RETRY_S
        self._progress = progress
        self._log("radio_error", level="error", error=str(error), retry_s=self._retry_s)
        await asyncio.sleep(self._retry_s)
        self._retry_s = min(2 * self._retry_s, _RETRY_MAX_S)
