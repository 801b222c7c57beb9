"""One alarm, from the moment it is raised until it is cleared, as all rooms hand it to each other."""

from typing import Any

from msgspec import Struct, field

from corolle_gateway.alarm.kinds import Kind, kind_of


class Alarm(Struct):
    """Something is wrong at one unit, or at the gateway itself (then `unit` is the gateway's name).

    Times are unix seconds. `first` has the figures that told of it first, by their names on the topics.
    """

    number: int  # for ever its own
    unit: str
    code: str  # of a Kind
    raised_s: float
    last_s: float  # when it was last seen to be there
    count: int = 1  # how often it came
    changes: int = 1  # how often its life took a step
    first: dict[str, Any] = field(default_factory=dict)
    acknowledged_s: float | None = None
    author: str = ""  # who has acknowledged it
    note: str = ""
    cleared_s: float | None = None

    @property
    def kind(self) -> Kind:
        """What is known of all alarms of its code."""
        return kind_of(self.code)

    @property
    def is_open(self) -> bool:
        """Whether what it tells of is still there."""
        return self.cleared_s is None

    def lasted_s(self, now_s: float) -> float:
        """For how long it was open, or has been so far; a clock that was set back makes it 0."""
        return max(0.0, (now_s if self.cleared_s is None else self.cleared_s) - self.raised_s)
