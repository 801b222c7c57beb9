"""Which faults are present; each change is told at once."""

from corolle.wire.words import code_of

_REPORTED = 0xFFF  # the report has room for so many, the rest is told by events alone


class Faults:
    """`table` is the unit's list of faults in corolle.wire.words; `tell(event, value)` sends an event."""

    def __init__(self, table: str, log, tell):
        self._table = table
        self._log = log
        self._tell = tell
        self._present = 0

    @property
    def flags(self) -> int:
        """The faults present, as the report carries them."""
        return self._present & _REPORTED

    def set(self, name: str, present: bool) -> None:
        """Say whether a fault is there."""
        bit = code_of(self._table, name)
        if bool(self._present >> bit & 1) == present:
            return
        self._present ^= 1 << bit
        self._log("fault", level="warn", name=name, state="raised" if present else "cleared")
        self._tell("fault raised" if present else "fault cleared", bit)
