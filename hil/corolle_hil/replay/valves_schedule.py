"""What befalls one canopy in a run: orders right and wrong, faults that come and go, people who pass."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from corolle.wire.commands import legal_values, verbs
from corolle.wire.orders import COMMAND
from corolle.wire.words import VERBS, code_of

from corolle_hil.replay.valves_draw import Plan
from corolle_hil.replay.valves_faults import LASTING, SUDDEN
from corolle_hil.replay.valves_site import Site
from corolle_hil.scheduler import Handle

_SET_OUT_S = 20.0  # somebody declares the line clean, in most runs
_ORDERS_EVERY_S, _FAULTS_EVERY_S, _STRIKES_EVERY_S = 90.0, 300.0, 1200.0  # means
_LASTS_S = (10.0, 600.0)
_AUTHOR = "ops"
# What shuts a line for long is rarer: behind a lock there is nothing to see.
_WEIGHTS = {
    "open": 6.0,
    "auto": 3.0,
    "cleaned": 4.0,
    "close": 2.0,
    "lift": 2.0,
    "ban": 0.3,
    "drain": 0.3,
    "lab": 0.5,
}


class Schedule:
    """Draws all of it and puts it into the site's time; `orders` and `faults` count what came of it."""

    def __init__(self, site: Site, plan: Plan, rng: Random):
        self.orders: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self._site = site
        self._plan = plan
        self._rng = rng
        self._armed: Handle | None = None
        if rng.random() < 0.9:
            self._after(_SET_OUT_S, self._order, "cleaned")
        self._now_and_then(_ORDERS_EVERY_S, self._give_order)
        self._now_and_then(_FAULTS_EVERY_S, self._break)
        self._now_and_then(_STRIKES_EVERY_S, self._strike)
        if plan.visits_h:
            self._now_and_then(3600 / plan.visits_h, self._visit)
        for valve in (site.it.valve, site.it.mist_valve, site.it.purge_valve):
            if valve:
                valve.watch(self._arm)

    def _now_and_then(self, mean_s: float, fn: Callable[[], None]) -> None:
        """Call `fn` as a Poisson process does, for the whole run."""
        at_s = self._rng.expovariate(1 / mean_s)
        while at_s < self._plan.length_s:
            self._after(at_s, fn)
            at_s += self._rng.expovariate(1 / mean_s)

    def _after(self, seconds: float, fn: Callable[..., None], *args: Any) -> Handle:
        return self._site.scheduler.after(round(seconds * 1e6), fn, *args)

    def _give_order(self) -> None:
        if self._rng.random() < 0.1:
            self.orders["malformed"] += 1
            port = self._rng.choice((COMMAND.port, COMMAND.port, self._rng.randint(1, 223)))
            self._site.wire.send(port, self._rng.randbytes(self._rng.randint(0, 24)))
            return
        known = verbs("canopy")
        verb = self._rng.choices(known, [_WEIGHTS.get(verb, 1.0) for verb in known])[0]
        self._order(verb)

    def _order(self, verb: str) -> None:
        """A legal order, or one that is a little beyond it: its value, its end or its author is wrong."""
        rng = self._rng
        low, high, _ = legal_values("canopy", verb) or (0, 0, "")
        value = rng.randint(low, high)
        if verb == "open":
            value = rng.choice((value, rng.randint(1, 60), self._plan.settings["guard_on_s"]))
        elif verb == "lab":
            value = rng.choice((0, 9, 10, 500, 1000, value))
        elif verb == "drought":
            value = rng.choice((0, 0, 0, value))
        for_s = rng.choice((600, 600, 60, 5, -10))
        until_s = self._site.scheduler.unix_us // 1_000_000 + for_s
        self.orders[verb] += 1
        if rng.random() < 0.05:
            value = min(value + high + 1, 0xFFFF)
        author = _AUTHOR if rng.random() < 0.95 else ""
        self._site.wire.order(code_of(VERBS, verb), value, until_s, author)

    def _break(self) -> None:
        """Something breaks, and is mended after a while."""
        name = self._rng.choice(list(LASTING))
        self.faults[name] += 1
        self._after(self._rng.uniform(*_LASTS_S), LASTING[name](self._site, self._rng))

    def _strike(self) -> None:
        name = self._rng.choice(list(SUDDEN))
        self.faults[name] += 1
        SUDDEN[name](self._site, self._rng)

    def _arm(self) -> None:
        """A valve has moved: now and then the board fails in the midst of what begins, or of its pulse."""
        if self._armed is None and self._rng.random() < 0.05:
            self._armed = self._after(self._rng.choice((0.0, 0.03, self._rng.uniform(0, 20))), self._fire)

    def _fire(self) -> None:
        self._armed = None
        self._strike()

    def _visit(self) -> None:
        self._site.come(self._rng.uniform(5, 300))
