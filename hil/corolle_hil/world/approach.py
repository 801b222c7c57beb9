"""A quantity on its way to a value: first-order lag, known at every moment without a step in between."""

import math
from typing import NamedTuple


class Approach(NamedTuple):
    """From `start` at `since_us` towards `end`, with the time constant `tau_us`; 0 is at once."""

    end: float
    start: float = 0.0
    since_us: int = 0
    tau_us: float = 0.0

    def at(self, now_us: int) -> float:
        """Value at a moment that is not before `since_us`."""
        if not self.tau_us:
            return self.end
        return self.end + (self.start - self.end) * math.exp((self.since_us - now_us) / self.tau_us)

    def integral(self, from_us: int, to_us: int) -> float:
        """Its integral between two moments, in its unit times microseconds; exact."""
        whole = self.end * (to_us - from_us)
        if not self.tau_us:
            return whole
        return whole + (self.at(from_us) - self.at(to_us)) * self.tau_us

    def passes_us(self, value: float) -> int | None:
        """The first moment at which it is past `value`; None when it never is."""
        if not self.tau_us or self.start == self.end:
            return None
        left = (value - self.end) / (self.start - self.end)
        if not 0 < left <= 1:
            return None
        return self.since_us + int(-self.tau_us * math.log(left)) + 1
