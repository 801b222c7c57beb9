"""A valve that nobody may open: where a line's water is not what the law wants people to breathe."""


class NoTap:
    """In the place of a Tap, and without any way to its valve. `total` is its counter in the ledger."""

    is_open = False

    def __init__(self, ledger, total: str):
        self._ledger = ledger
        self._total = total

    @property
    def total_l(self) -> float:
        """Since installation."""
        return self._ledger[self._total] / 100

    def count(self) -> None:
        """Nothing passes."""

    def spent_l(self) -> tuple:
        """(litres of the last hour, of the last day)."""
        return 0, 0

    def open(self, dose_l: float) -> str:
        """Why it does not open."""
        return "sanitary lock"

    def close(self) -> None:
        """It is shut."""
