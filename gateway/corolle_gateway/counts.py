"""What the gateway counts: what it did, and what it refused by cause."""

import asyncio
from collections import Counter

from corolle_gateway.log import Log

Counted = dict[tuple[str, str], int]  # (kind, name) to a number; the kinds are the two below
_DONE = "done"
_REJECTED = "rejected"


class Counts:
    """Totals since the gateway was installed. `changed` is set at each change, for whoever publishes them."""

    def __init__(self, log: Log):
        self._log = log
        self._taken: Counter[tuple[str, str]] = Counter()  # up to the last take_fresh()
        self._fresh: Counted = {}
        self._refused_here: Counter[str] = Counter()
        self.changed = asyncio.Event()

    def load(self, stored: Counted) -> None:
        """Go on from what an earlier run stored."""
        self._taken.update(stored)

    def count(self, name: str, n: int = 1) -> None:
        """Something was done `n` times."""
        self._add((_DONE, name), n)

    def reject(self, cause: str, **fields: object) -> None:
        """Something was refused. `cause` is short, stable, snake_case.

        A flood of bad input must not become a flood of log lines: at level warning a line is written for the
        1st, 2nd, 4th, 8th ... of a cause, at level debug for each.
        """
        self._add((_REJECTED, cause), 1)
        self._refused_here[cause] += 1
        seen = self._refused_here[cause]
        write = self._log.debug if seen & (seen - 1) else self._log.warning
        write("rejected", cause=cause, count=seen, **fields)

    def reject_many(self, cause: str, n: int) -> None:
        """So many were refused, or lost, at once; whoever calls has logged it."""
        if n:
            self._add((_REJECTED, cause), n)

    @property
    def done(self) -> dict[str, int]:
        """Totals by name."""
        return self._of(_DONE)

    @property
    def rejected(self) -> dict[str, int]:
        """Totals by cause."""
        return self._of(_REJECTED)

    def take_fresh(self) -> Counted:
        """What was counted since the last call, to be added to the stored totals."""
        fresh, self._fresh = self._fresh, {}
        self._taken.update(fresh)
        self.changed.clear()
        return fresh

    def give_back(self, fresh: Counted) -> None:
        """What take_fresh gave could not be stored."""
        self._taken.subtract(fresh)
        for key, n in fresh.items():
            self._add(key, n)

    def _add(self, key: tuple[str, str], n: int) -> None:
        if not self._fresh:
            self.changed.set()
        self._fresh[key] = self._fresh.get(key, 0) + n

    def _of(self, wanted: str) -> dict[str, int]:
        totals = self._taken + Counter(self._fresh)
        return {name: n for (kind, name), n in sorted(totals.items()) if kind == wanted}
