"""What a node says to whoever is near, and what it hears from its neighbours: one radio, shared by plan.

Most of the time it listens. Its own readings are adverted once a second, the next turn every ten; news of a
passer-by interrupts them at once and is repeated for a moment, so that a neighbour which was just not
listening still gets it.
"""

import asyncio
import time

from corolle.wire import bthome
from corolle.wire.compat import const
from corolle.wire.errors import FrameError

_SCAN_RESULT = const(5)
_CONNECT = const(1)
_DISCONNECT = const(2)

_ADVERT_US = const(1_000_000)
_TURN_MS = const(10_000)
# Before Bluetooth 5 only adverts that can be connected to come so often (Core 4.2, Vol 6, Part B, 4.4.2.2).
_WAVE_US = const(20_000)
_BURST_MS = const(150)
_SCAN_US = const(60_000)
_WINDOW_US = const(50_000)  # the rest is the adverts' own, and a connection's
_MOST_WAITING = const(8)


class Near:
    """`ble` is an active bluetooth.BLE(). `readings()` gives (object id, value) for BTHome, under `bind_key`.

    `wave` is a wire.wave.Wave, or None where no street was set up; `own` is this post's number in it, `now()`
    unix time or None. `on_passing(origin, sequence, kind, posts, via, dbm)` is called with each sighting that
    is news, and how strongly it came. Events for others go to `service` (service.py), if there is one.
    `refused` counts by cause.
    """

    def __init__(
        self, ble, counter, bind_key, readings, wave, own: int, now, on_passing, refused: dict, service=None
    ):
        self._ble = ble
        self._counter = counter
        self._bind_key = bind_key
        self._readings = readings
        self._wave = wave
        self._own = own
        self._now = now
        self._on_passing = on_passing
        self._refused = refused
        self._mac = bytes(ble.config("mac")[1])
        self._flag = asyncio.ThreadSafeFlag()
        self._heard: list = []
        self._waves: list = []
        self._turn = 0
        self._urgent = False  # the advert on the air is a wave's
        self._end = time.ticks_ms()  # of the advert on the air
        self.service = service
        ble.irq(self._event)

    def tell(self, passing) -> None:
        """Advert a sighting (control.neighbours.Passing); an own one gets its number here."""
        try:
            if passing.origin == self._own:
                passing.sequence = self._counter.take()
            words = passing.origin, passing.sequence, passing.kind, passing.posts, self._own
            data = self._wave.build(*words, self._now() or 0)
        except (OSError, ValueError):
            self._count("not sent")
            return
        if len(self._waves) >= _MOST_WAITING:
            self._waves.pop(0)  # what is oldest is known already
            self._count("crowded")
        self._waves.append(data)
        self._flag.set()

    async def run(self, alive) -> None:
        """Speak and listen for ever."""
        if self._wave:
            self._ble.gap_scan(None)  # this task may have been started again
            self._ble.gap_scan(0, _SCAN_US, _WINDOW_US)
        while True:
            self._hear()
            self._speak()
            left_ms = time.ticks_diff(self._end, time.ticks_ms())
            alive(_TURN_MS // 1000)
            try:
                await asyncio.wait_for_ms(self._flag.wait(), max(left_ms, 0))
            except asyncio.TimeoutError:  # noqa: UP041  (not a builtin in MicroPython)
                pass

    def _event(self, event: int, data):
        """In the middle of anything: quick, and nothing that can fail."""
        if event == _SCAN_RESULT:
            advert = data[4]
            # Most of what is on the air is other people's: this is how a wave begins, whole or cut.
            if len(advert) > 3 and advert[0] == 0x1D and advert[1] == 0xFF and advert[2] == advert[3] == 0xFF:
                if len(self._heard) < _MOST_WAITING:
                    self._heard.append((bytes(advert), data[3]))
                    self._flag.set()
                else:
                    self._count("crowded")
            return None
        if event in (_CONNECT, _DISCONNECT):
            self._end = time.ticks_ms()  # who is connected to does not advert any more
            self._flag.set()
        return self.service.event(event, data) if self.service else None

    def _hear(self) -> None:
        while self._heard:
            advert, dbm = self._heard.pop(0)
            try:
                words = self._wave.read(advert, self._now() or 0)
            except FrameError as error:
                self._count(error.cause)
                continue
            self._on_passing(*words, dbm)

    def _speak(self) -> None:
        over = time.ticks_diff(self._end, time.ticks_ms()) <= 0
        if self._waves and (over or not self._urgent):
            self._urgent = True
            self._advert(self._waves.pop(0), _WAVE_US, _BURST_MS)
        elif over:
            self._urgent = False
            self._advert(self._next_turn(), _ADVERT_US, _TURN_MS)

    def _next_turn(self) -> bytes | None:
        self._turn += 1
        try:
            number = self._counter.take()
            return bthome.build(self._readings(), self._turn, number, self._bind_key, self._mac)
        except (OSError, ValueError):
            self._count("not sent")
            return None

    def _advert(self, data: bytes | None, interval_us: int, lasts_ms: int) -> None:
        self._end = time.ticks_add(time.ticks_ms(), lasts_ms)
        self._ble.gap_advertise(interval_us if data else None, data)

    def _count(self, cause: str) -> None:
        self._refused[cause] = self._refused.get(cause, 0) + 1
