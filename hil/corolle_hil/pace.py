"""How far street time may go at a given moment of real time."""

import time
from collections.abc import Callable
from typing import Protocol

_TICK_S = 0.005  # how long a paced street waits at most before it looks up again
_LAG_S = 0.05  # a street this far behind does not rush to catch up: its gateway could not follow


class Pace(Protocol):
    """The relation of street time to real time."""

    def start(self, now_us: int) -> None:
        """The street goes on at `now_us`, from this moment of real time."""
        ...

    def allow(self, now_us: int, target_us: int | None) -> tuple[int, float]:
        """The moment street time may have now, at most `target_us`, and the real seconds to wait then."""
        ...

    def hold(self, limit_us: int, real_s: float) -> None:
        """Do not let street time pass `limit_us` for `real_s` real seconds."""
        ...

    def rest(self, wait_s: float) -> None:
        """Let real time go by."""
        ...


class FlatOut:
    """Virtual time: every wait is over at once."""

    def start(self, now_us: int) -> None:
        """Nothing to prepare."""

    def allow(self, now_us: int, target_us: int | None) -> tuple[int, float]:
        """Straight to the target."""
        if target_us is None:
            return now_us, _TICK_S
        return target_us, 0.0

    def hold(self, limit_us: int, real_s: float) -> None:
        """No program outside the street has to keep up, so nothing is held."""

    def rest(self, wait_s: float) -> None:
        """No real time goes by between two happenings."""


class Paced:
    """Street time runs `speed` times as fast as life.

    Args:
        speed: street seconds in a real second, above 0.
        publish: called with the street's time (us) whenever it moves, for programs that share it.
    """

    def __init__(self, speed: float, publish: Callable[[int], None] = lambda now_us: None):
        if speed <= 0:
            raise ValueError(f"speed = {speed} must be above 0")
        self.speed = speed
        self._publish = publish
        self._origin_us = 0
        self._origin_s = 0.0
        self._holds: list[tuple[int, float]] = []

    def start(self, now_us: int) -> None:
        """Street time `now_us` is this moment of real time."""
        self._origin_us = now_us
        self._origin_s = time.monotonic()

    def allow(self, now_us: int, target_us: int | None) -> tuple[int, float]:
        """As far as real time has come, short of what is held."""
        real_s = time.monotonic()
        elapsed_us = self._origin_us + int((real_s - self._origin_s) * self.speed * 1e6)
        if elapsed_us - now_us > self.speed * _LAG_S * 1e6:
            elapsed_us = now_us + int(self.speed * _LAG_S * 1e6)
            self._origin_us, self._origin_s = elapsed_us, real_s
        allowed_us = max(now_us, self._short_of_holds(elapsed_us, real_s))
        if target_us is not None and allowed_us >= target_us:
            self._publish(target_us)
            return target_us, 0.0
        self._publish(allowed_us)
        return allowed_us, self._wait_s(allowed_us, target_us)

    def hold(self, limit_us: int, real_s: float) -> None:
        """Street time stands at `limit_us` until the real time is over."""
        self._holds.append((limit_us, time.monotonic() + real_s))

    def rest(self, wait_s: float) -> None:
        """Sleep in real time."""
        if wait_s > 0:
            time.sleep(wait_s)

    def _short_of_holds(self, elapsed_us: int, real_s: float) -> int:
        self._holds = [hold for hold in self._holds if hold[1] > real_s]
        limit_us = min((hold[0] for hold in self._holds), default=elapsed_us)
        if limit_us < elapsed_us:
            self._origin_us, self._origin_s = limit_us, real_s
            return limit_us
        return elapsed_us

    def _wait_s(self, now_us: int, target_us: int | None) -> float:
        if target_us is None:
            return _TICK_S
        return min(_TICK_S, (target_us - now_us) / self.speed / 1e6)
