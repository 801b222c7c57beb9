"""The account as a table for a spreadsheet: commas and points in English, semicolons and commas in French.

Above the table stands what a department needs to audit it: whose months, which baselines with which figures,
how availability is defined. A byte order mark tells that it is UTF-8.
"""

import csv
import io
from collections.abc import Callable, Iterator

from corolle_gateway.accounting import words
from corolle_gateway.accounting.baselines import Baselines
from corolle_gateway.accounting.reading import Account
from corolle_gateway.accounting.statement import Line, lines
from corolle_gateway.alarm.stopping import STOPPING
from corolle_gateway.model import iso_utc

MARK = "\ufeff"

# Key, decimals, figure; None: nothing stands there.
_COLUMNS: tuple[tuple[str, int, Callable[[Line], float | None]], ...] = (
    ("units", 0, lambda line: line.units),
    ("energy_kwh", 3, lambda line: line.sums.energy_wh / 1000),
    ("burn_h", 1, lambda line: line.sums.burn_h),
    ("passages", 0, lambda line: line.sums.passages),
    ("passages_per_h", 1, lambda line: line.passages_per_h),
    ("base_pct", 0, lambda line: line.base_pct),
    ("hold_s", 0, lambda line: line.hold_s),
    ("full_kwh", 3, lambda line: line.full.baseline / 1000 if line.full.units else None),
    ("full_saved_pct", 1, lambda line: line.full.saved_pct),
    ("former_kwh", 3, lambda line: line.former.baseline / 1000 if line.former.units else None),
    ("former_saved_pct", 1, lambda line: line.former.saved_pct),
    ("lamps_compared", 0, lambda line: max(line.full.units, line.former.units)),
    ("water_l", 1, lambda line: line.sums.water_l),
    ("timer_l", 1, lambda line: line.timer.baseline if line.timer.units else None),
    ("timer_saved_pct", 1, lambda line: line.timer.saved_pct),
    ("mist_l", 1, lambda line: line.sums.mist_l),
    ("purge_l", 1, lambda line: line.sums.purge_l),
    ("purges", 0, lambda line: line.purges),
    ("heard_pct", 1, lambda line: line.heard_pct),
    ("serving_pct", 1, lambda line: line.serving_pct),
    ("resets", 0, lambda line: line.sums.resets),
)


def written(account: Account, baselines: Baselines, way: str, zone: str, language: str) -> str:
    """The whole file. `way`: unit, group or site; `language`: one of words.LANGUAGES."""
    file = io.StringIO(newline="")
    sheet = csv.writer(file, delimiter=";" if language == "fr" else ",")
    sheet.writerows(_opening(account, baselines, zone, language))
    sheet.writerow([])
    sheet.writerow([words.text(key, language) for key in (way, "kinds", *(key for key, _, _ in _COLUMNS))])
    for line in lines(account, baselines, way):
        sheet.writerow(_cells(line, language))
    return MARK + file.getvalue()


def _cells(line: Line, language: str) -> Iterator[str]:
    yield line.name
    yield " ".join(words.text(kind, language) for kind in line.kinds)
    for _, places, figure in _COLUMNS:
        value = figure(line)
        yield "" if value is None else words.decimal(value, places, language)


def _opening(account: Account, baselines: Baselines, zone: str, language: str) -> Iterator[tuple[str, ...]]:
    def say(key: str) -> str:
        return words.text(key, language)

    yield (say("title"),)
    yield say("month"), account.month
    yield say("zone"), zone
    yield say("until"), iso_utc(account.end_s)
    yield say("figures"), say("decimal_rule")
    yield say("counting"), say("counting_rule")
    yield say("baseline_full"), say("full_rule")
    yield say("baseline_former"), _former(baselines, language)
    yield say("baseline_timer"), _timer(baselines, language)
    yield say("compared"), say("compared_rule")
    yield say("heard"), say("heard_rule")
    faults = ", ".join(sorted({fault for faults in STOPPING.values() for fault in faults}))
    yield say("serving"), say("serving_rule").format(faults=faults)
    yield say("groups"), say("groups_rule")


def _former(baselines: Baselines, language: str) -> str:
    if not baselines.former_w:
        return words.text("not_given", language)
    figures = [
        f"{f'{site} ' if site else ''}{words.decimal(watts, 1, language)} W"
        for site, watts in sorted(baselines.former_w.items())
    ]
    return words.text("former_rule", language).format(watts=", ".join(figures))


def _timer(baselines: Baselines, language: str) -> str:
    if baselines.timer_l_day is None:
        return words.text("not_given", language)
    litres = words.decimal(baselines.timer_l_day, 1, language)
    return words.text("timer_rule", language).format(litres=litres)
