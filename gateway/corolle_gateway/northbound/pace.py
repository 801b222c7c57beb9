"""How much may be under way on a line, so that what comes live does not wait long behind it."""

from corolle_gateway.northbound.mqtt import IN_FLIGHT

_DELAY_S = 0.5
_SHORTEST_S = 0.001  # what is quicker is not told apart
_DOUBTED = 64  # after so many that were held back and not as quick the line may be another one


class Pace:
    """`most`: when so many are under way nothing is added that can wait. They take about half a second."""

    def __init__(self) -> None:
        self.most = IN_FLIGHT
        self._quickest_s = float("inf")
        self._slower = 0  # messages since the quickest, as long as something is held back

    def took(self, under_way: int, seconds: float) -> None:
        """A message was acknowledged so long after it was sent as the last of so many.

        What the quickest of all took is the way there and back, which lasts no longer for many than for one.
        But a satellite may have taken over from a fibre: now and then one that is alone tells it anew.
        """
        seconds = max(seconds, _SHORTEST_S)
        if seconds <= self._quickest_s or (self._slower >= _DOUBTED and under_way == 1):
            self._quickest_s, self._slower = seconds, 0
        per_s = under_way / seconds
        self.most = min(IN_FLIGHT, 1 + int(per_s * (_DELAY_S + self._quickest_s)))
        self._slower = self._slower + 1 if self.most < IN_FLIGHT else 0
        if self._slower >= _DOUBTED:
            self.most = 1
