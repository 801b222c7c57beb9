"""The lines of an account: each unit's, or summed up by group or by site, and the total."""

from collections.abc import Iterable

from msgspec import Struct, field

from corolle_gateway.accounting.baselines import Baselines
from corolle_gateway.accounting.reading import Account
from corolle_gateway.model import Unit
from corolle_gateway.store.ledger import Entry

WAYS = ("unit", "group", "site")
TOTAL = "*"
NO_GROUP = "-"


class Compared(Struct):
    """What was used, against a baseline: only of units for which that is known, or the two do not compare."""

    used: float = 0.0
    baseline: float = 0.0
    units: int = 0

    def add(self, used: float, baseline: float | None) -> None:
        """One more unit; it counts where there is a baseline."""
        if baseline is not None:
            self.used += used
            self.baseline += baseline
            self.units += 1

    @property
    def saved_pct(self) -> float | None:
        """What was saved of it; negative when more was used. None without a baseline."""
        return 100.0 * (1.0 - self.used / self.baseline) if self.baseline else None


class Line(Struct):
    """One line. Energies are Wh, volumes litres, times seconds or hours as their names say."""

    name: str
    kinds: list[str] = field(default_factory=list)
    units: int = 0
    sums: Entry = field(default_factory=lambda: Entry("", ""))
    purges: int = 0
    expected_s: float = 0.0
    full: Compared = field(default_factory=Compared)
    former: Compared = field(default_factory=Compared)
    timer: Compared = field(default_factory=Compared)
    base_pct: int | None = None  # of one lamp, as it says it runs
    hold_s: int | None = None

    @property
    def heard_pct(self) -> float | None:
        """Of the time it was in service, that in which it was not silent."""
        return min(100.0, 100.0 * self.sums.heard_s / self.expected_s) if self.expected_s else None

    @property
    def serving_pct(self) -> float | None:
        """Of the time in which it was heard, that without a fault that stops its service."""
        return 100.0 * (1.0 - self.sums.stopped_s / self.sums.heard_s) if self.sums.heard_s else None

    @property
    def passages_per_h(self) -> float | None:
        """The flow that a saving depends on: passers-by in an hour of light."""
        return self.sums.passages / self.sums.burn_h if self.sums.burn_h else None


def lines(account: Account, baselines: Baselines, way: str) -> list[Line]:
    """The lines by name, and the total last, in which each unit counts once. `way`: one of WAYS."""
    found: dict[str, Line] = {}
    total = Line(TOTAL)
    for unit in account.units:
        for name in _names(unit, way):
            _add(found.setdefault(name, Line(name)), unit, account, baselines)
        _add(total, unit, account, baselines)
    if way == "unit":
        _tell_settings(found, account)
    return [*(found[name] for name in sorted(found)), total]


def _names(unit: Unit, way: str) -> Iterable[str]:
    if way == "unit":
        return (unit.name,)
    return (unit.site,) if way == "site" else unit.groups or (NO_GROUP,)


def _add(line: Line, unit: Unit, account: Account, baselines: Baselines) -> None:
    entry = account.entries.get(unit.name, Entry(unit.name, account.month))
    expected_s = account.expected_s(unit.name)
    line.units += 1
    line.kinds = sorted({*line.kinds, unit.kind})
    line.purges += account.purges.get(unit.name, 0)
    line.expected_s += expected_s
    line.sums.add(entry)
    if unit.kind == "lamp":
        known_w = account.full_w.get(unit.name) or account.runs.get(unit.name, {}).get("rated_w") or None
        counted = entry.burn_h > 0 and entry.energy_wh > 0  # else one of the two was not told
        line.full.add(entry.energy_wh, baselines.full_wh(known_w, entry.burn_h) if counted else None)
        line.former.add(entry.energy_wh, baselines.former_wh(unit, entry.burn_h) if counted else None)
    else:
        line.timer.add(entry.water_l, baselines.timer_l(expected_s) if expected_s else None)


def _tell_settings(found: dict[str, Line], account: Account) -> None:
    for name, line in found.items():
        runs = account.runs.get(name, {})
        line.base_pct, line.hold_s = runs.get("base_pct"), runs.get("hold_s")
