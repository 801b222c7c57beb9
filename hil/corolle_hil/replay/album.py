"""One night of a replay, kept to be drawn."""

from dataclasses import dataclass, field

from corolle_hil.replay.diary import Diary
from corolle_hil.replay.witness import Witness
from corolle_hil.scheduler import Handle, Scheduler
from corolle_hil.world.luminaire import Luminaire

_SETTLED_US = 300_000  # after the last step of a ramp, the converter's voltage is there


@dataclass
class Page:
    """A night; moments are Unix times."""

    number: int
    moments: list[float] = field(default_factory=list)
    levels: list[float] = field(default_factory=list)
    powers_w: list[float] = field(default_factory=list)
    decisions: list[tuple[float, int, str]] = field(default_factory=list)
    passages: list[float] = field(default_factory=list)


class Album:
    """Keeps one night.

    Args:
        wanted: its number, from 1; 0 for the one with the most passages, the first of several.
    """

    def __init__(
        self, scheduler: Scheduler, luminaire: Luminaire, diary: Diary, witness: Witness, wanted: int
    ):
        self.kept = self._page = Page(1)
        self._scheduler = scheduler
        self._luminaire = luminaire
        self._wanted = wanted
        self._settled: Handle | None = None
        luminaire.watch(self._moved)
        diary.decided = self._decide
        witness.seen = lambda: self._page.passages.append(self._now_s)

    def turn(self) -> None:
        """A night is over: on to the next one, which begins with what holds now."""
        page = self._page
        self._sample()
        busier = not self._wanted and len(page.passages) > len(self.kept.passages)
        if busier or page.number == self._wanted:
            self.kept = page
        self._page = Page(page.number + 1)
        self._page.decisions += [(self._now_s, *decision[1:]) for decision in page.decisions[-1:]]
        self._sample()

    @property
    def _now_s(self) -> float:
        return self._scheduler.unix_us / 1e6

    def _decide(self, level_pct: int, reason: str) -> None:
        self._page.decisions.append((self._now_s, level_pct, reason))

    def _moved(self) -> None:
        """A jump has two ends: what stood still until now, and what is now."""
        page, now_s = self._page, self._now_s
        if page.moments and now_s - page.moments[-1] > _SETTLED_US / 1e6:
            self._add(now_s, page.levels[-1], page.powers_w[-1])
        self._sample()
        if self._settled:
            self._settled.cancel()
        self._settled = self._scheduler.after(_SETTLED_US, self._sample)

    def _sample(self) -> None:
        self._add(self._now_s, self._luminaire.level, self._luminaire.power_w)

    def _add(self, moment_s: float, level: float, power_w: float) -> None:
        self._page.moments.append(moment_s)
        self._page.levels.append(level)
        self._page.powers_w.append(power_w)
