"""One frame, many concentrators: copies are gathered for a moment before the frame is answered."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from corolle_gateway.clock import Clock, wait_for
from corolle_gateway.links.lorawan.gwmp import Reception
from corolle_gateway.model import Radio
from corolle_gateway.pending import Pending

WINDOW_S = 0.2  # for the slowest backhaul
COOLDOWN_S = 1.0  # after it, a copy that is later still is no new frame
_COOLING_S = 0.25  # so often what is over is forgotten
_NOBODY: list[Reception] = []


class Heard(Struct, gc=False):
    """A frame and those who heard it. `close` is called once, with them, when the window has ended.

    What cools down afterwards is kept for its `phy` and for whether it is stored: a concentrator that catches
    up brings thousands of frames a second, and all that was made of them would be held for one more. So
    nothing of one is its own that can be shared.
    """

    phy: bytes
    receptions: list[Reception]
    stored: Pending[Any]
    close: Callable[[list[Reception]], None]
    closes_at_s: float = 0.0

    def add(self, reception: Reception) -> None:
        """One more has heard it; after the end of the window nobody asks who."""
        if self.close is not _closed:
            self.receptions.append(reception)

    def end(self) -> None:
        """The window has ended."""
        receptions, close = self.receptions, self.close
        self.receptions, self.close = _NOBODY, _closed
        close(receptions)


def _closed(_: list[Reception]) -> None:
    return None


def ranked(receptions: list[Reception]) -> list[Reception]:
    """Heard best first: by SNR, then by strength."""
    return sorted(receptions, key=lambda each: (each.snr_db, each.rssi_dbm), reverse=True)


def best_of(receptions: list[Reception]) -> Reception:
    """Heard best."""
    return receptions[0] if len(receptions) == 1 else ranked(receptions)[0]


def radio_of(receptions: list[Reception]) -> Radio:
    """How well a frame was heard."""
    best, count = receptions[0], 1
    if len(receptions) > 1:
        best = ranked(receptions)[0]
        count = len({reception.gateway for reception in receptions})
    return Radio(best.rssi_dbm, best.snr_db, best.dr, best.freq_hz, count)


class Deduplicator:
    """Windows by PHYPayload. `alone` says whether a window is needless for there is one concentrator."""

    def __init__(self, clock: Clock, alone: Callable[[], bool]):
        self._clock = clock
        self._alone = alone
        self._heard: dict[bytes, Heard] = {}
        self._open: deque[Heard] = deque()
        self._cooling: deque[Heard] = deque()
        self._news = asyncio.Event()

    def find(self, phy: bytes) -> Heard | None:
        """The window or cooldown a frame falls into, or None: it is new."""
        heard = self._heard.get(phy)
        return None if heard is None or self._is_cold(heard, self._clock.now()) else heard

    def open(self, frames: list[Heard]) -> None:
        """Begin windows for new frames; if nobody else can hear them these end at once."""
        now_s, alone = self._clock.now(), self._alone()
        for heard in frames:
            heard.closes_at_s = now_s
            self._heard[heard.phy] = heard
            if alone:
                self._close(heard)
            else:
                heard.closes_at_s += WINDOW_S
                self._open.append(heard)
                self._news.set()

    def forget(self, heard: Heard) -> None:
        """A frame that could not be stored may come again."""
        if self._heard.get(heard.phy) is heard:
            del self._heard[heard.phy]

    async def run(self) -> None:
        """Close windows as they end, until cancelled."""
        while True:
            self._news.clear()
            now_s = self._clock.now()
            while self._open and self._is_over(self._open[0].closes_at_s, now_s):
                self._close(self._open.popleft())
            while self._cooling and self._is_cold(self._cooling[0], now_s):
                self.forget(self._cooling.popleft())
            waits_s = _COOLING_S if self._cooling else None
            if self._open:
                waits_s = self._open[0].closes_at_s - now_s
            await wait_for(self._news, self._clock, waits_s)

    def _close(self, heard: Heard) -> None:
        if not self._cooling:
            self._news.set()
        self._cooling.append(heard)
        heard.end()

    def _is_cold(self, heard: Heard, now_s: float) -> bool:
        return self._is_over(heard.closes_at_s + COOLDOWN_S, now_s)

    @staticmethod
    def _is_over(end_s: float, now_s: float) -> bool:
        """Also when the clock was set back: nothing may stay open for a year."""
        return now_s >= end_s or end_s - now_s > 2 * (WINDOW_S + COOLDOWN_S)
