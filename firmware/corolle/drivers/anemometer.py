"""A cup anemometer with a reed: so many closings a second for each metre a second of wind."""

import time

from corolle.wire.compat import const

_BOUNCE_MS = const(3)  # 333 Hz is more wind than there is
_LEAST_MS = const(2000)  # in less, one pulse more or less is half a gale
_ENOUGH = const(20)  # pulses tell a wind well enough; a gale would wake the node all day


class Anemometer:
    """Counts closings in the interrupt, the first of each window: then it rests until somebody asks.

    m_s_per_hz: wind in m/s at one closing a second, by the maker.
    """

    def __init__(self, pin, m_s_per_hz: float):
        if not 0 < m_s_per_hz <= 100:
            raise ValueError(f"anemometer: m_s_per_hz = {m_s_per_hz} is not above 0 and up to 100")
        self._pin = pin
        self._m_s_per_hz = m_s_per_hz
        self._wind_m_s: float | None = None
        self._listen()

    def wind_m_s(self) -> float | None:
        """Mean wind since the last call, 0 when nothing turned; None while there was not yet time to tell.

        The window ends early when it has its pulses. Whoever asks again within 2 s gets the same answer.
        """
        for_ms = time.ticks_diff(time.ticks_ms(), self._begun_ms)
        # After six days the difference of ticks turns negative: a window that nobody can measure.
        if 0 <= for_ms < _LEAST_MS:
            return self._wind_m_s
        turns = self.pulses
        if turns >= _ENOUGH:  # by whole turns, from the first pulse to the last
            turns, for_ms = turns - 1, time.ticks_diff(self._last_ms, self._first_ms)
        self._wind_m_s = turns * self._m_s_per_hz * 1000 / for_ms if for_ms > 0 else None
        self._listen()
        return self._wind_m_s

    def _listen(self) -> None:
        pin = self._pin
        self.pulses = 0
        self._begun_ms = time.ticks_ms()
        self._first_ms = self._last_ms = time.ticks_add(self._begun_ms, -_BOUNCE_MS)
        pin.init(pin.IN, pin.PULL_UP)
        pin.irq(self._edge, pin.IRQ_FALLING)

    def _edge(self, pin) -> None:
        now_ms = time.ticks_ms()
        if self.pulses >= _ENOUGH or 0 <= time.ticks_diff(now_ms, self._last_ms) < _BOUNCE_MS:
            return
        self._last_ms = now_ms
        if not self.pulses:
            self._first_ms = now_ms
        self.pulses += 1
        if self.pulses == _ENOUGH:
            pin.irq(None)
            pin.init(pin.IN, pin.PULL_DOWN)  # a contact that stays shut draws nothing
