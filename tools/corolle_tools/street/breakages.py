"""What breaks in a street on purpose, and is mended again: `--break lamp-02:lampFailure:10m:30m`."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from corolle_gateway import duration
from corolle_hil.replay.seeds import KINDS, Kind, Post
from corolle_hil.scheduler import Scheduler
from corolle_hil.unit import VirtualUnit

_BY_NAME = {kind.name: kind for kind in KINDS}
BREAK_RULE = f"What breaks in a lamp, when, and how long until a crew has mended it: {', '.join(_BY_NAME)}."


@dataclass(frozen=True)
class Breakage:
    """One thing in one lamp post; times are the street's."""

    unit: str
    kind: Kind
    after_s: int
    lasts_s: int

    @classmethod
    def parse(cls, text: str) -> "Breakage":
        """Read one as it is written. ValueError says how."""
        words = text.split(":")
        if len(words) != 4:
            raise ValueError(f"--break {text}: must be UNIT:FAULT:AFTER:FOR, as in lamp-02:tilt:10m:30m")
        if words[1] not in _BY_NAME:
            raise ValueError(f"--break {text}: {words[1]!r} is none of {', '.join(_BY_NAME)}")
        return cls(words[0], _BY_NAME[words[1]], *map(duration.seconds, words[2:]))

    def plan(self, scheduler: Scheduler, units: Mapping[str, VirtualUnit]) -> None:
        """Let it happen. ValueError: there is no such unit, or it has not what would break."""
        if self.unit not in units:
            raise ValueError(f"--break: no unit {self.unit!r} in this street: {', '.join(units)}")
        post = Post.of(units[self.unit].furniture)

        def strike() -> None:
            mend = self.kind.strike(post, Random(self.unit))
            scheduler.after(self.lasts_s * 1_000_000, mend)

        scheduler.after(self.after_s * 1_000_000, strike)
