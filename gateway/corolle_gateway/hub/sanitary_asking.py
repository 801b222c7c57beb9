"""When a canopy is told from which record on its gateway wants its sanitary log: it has all before that.

It is asked for what is missing; and told now and then what is kept here, for only then may it let go of it.
"""

_HOUR_S = 3600.0
_WEEK_S = 7 * 86400.0
_RECORDS = 100
_NUMBERS = 0x10000  # the order's value has 16 bits, a record's number 32


class Asking:
    """What one unit was told last. `since_s`: then, or when its log began while it was told nothing."""

    def __init__(self, since_s: float, number: int = 1):
        self._since_s = since_s
        self._number = number  # the first one wanted
        self._patience_s = 0.0  # until a gap is asked for again; a gap that nobody can fill ever seldomer

    @classmethod
    def of_order(cls, given_s: float, value: int, wanted: int) -> "Asking":
        """As an earlier run left it, with an order of that value; `wanted` is what would be told now."""
        asking = cls(given_s, wanted - (wanted - value) % _NUMBERS)
        asking._patience_s = _HOUR_S
        return asking

    def is_due(self, wanted: int, has_gap: bool, now_s: float) -> bool:
        """Whether to tell the number of the first record not here. A clock set back proves nothing."""
        past_s = now_s - self._since_s
        if has_gap:
            patience_s = self._patience_s if wanted == self._number else min(self._patience_s, _HOUR_S)
            return not 0 <= past_s < patience_s
        return wanted - self._number >= _RECORDS or (wanted > self._number and not 0 <= past_s < _WEEK_S)

    def told(self, wanted: int, now_s: float) -> int:
        """It is told now; the order's value."""
        again = wanted == self._number and self._patience_s > 0
        self._patience_s = min(2 * self._patience_s, _WEEK_S) if again else _HOUR_S
        self._since_s, self._number = now_s, wanted
        return wanted % _NUMBERS
