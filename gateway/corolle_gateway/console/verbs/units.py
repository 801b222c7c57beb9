"""`units`: a table of all units, a line each."""

from collections import defaultdict

from corolle_gateway.console import facts
from corolle_gateway.console.outside import UnitNow
from corolle_gateway.console.table import table
from corolle_gateway.console.talk import Said, Talk
from corolle_gateway.console.verbs.verb import Verb

_HEADS = ("unit", "output", "reason", "faults", "link", "age")


async def _run(talk: Talk, words: list[str]) -> None:
    units = [talk.crew.unit(name) for name in talk.crew.names()]
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    for alarm in talk.crew.alarms():
        wrong[alarm.unit].append(alarm.code)
    rows = [_row(talk, each, wrong[each.unit.name]) for each in units]
    text = " ".join(words).lower()
    found = [row for row in rows if text in " ".join(row).lower()]
    if not found:
        raise Said(talk.text("no_match", text=text))
    await talk.show(table([talk.text(f"head_{head}") for head in _HEADS], found))
    faulty = len({alarm.unit for alarm in talk.crew.alarms()} & set(talk.crew.names()))
    silent = sum(each.is_missed for each in units)
    await talk.say("units_sum", units=len(units), faulty=faulty, silent=silent)


def _row(talk: Talk, each: UnitNow, wrong: list[str]) -> tuple[str, ...]:
    report = each.report
    if report is None:
        return (each.unit.name, "", talk.text("never_heard"), " ".join(wrong), "", "")
    output = facts.output(talk.language, facts.output_of(report))
    told = report["reason"], " ".join(wrong), facts.short_way(report["radio"])
    return (each.unit.name, output, *told, talk.ago(each.heard_s))


VERB = Verb("units", _run)
