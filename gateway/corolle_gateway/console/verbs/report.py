"""`report`: a page about a unit, to paste into a work order. It does not stop at the end of a screen."""

from collections.abc import Iterable

from corolle_gateway.console.talk import Talk
from corolle_gateway.console.verbs import alarms, unit, why
from corolle_gateway.console.verbs.verb import Verb, unit_first

_EVENTS, _ORDERS, _DECISIONS = 8, 8, 8
_RULE = "-" * 72


async def _run(talk: Talk, words: list[str]) -> None:
    now = talk.unit(words)
    name, crew = now.unit.name, talk.crew
    time = f"{talk.date(crew.now())} UTC"
    made = talk.text("report_made", time=time, user=talk.user, gateway=crew.name, site=crew.site)
    await _put(talk, [_RULE, talk.text("report_title", unit=name), made, _RULE])
    await _part(talk, "identity", unit.identity(talk, now))
    await _part(talk, "state", unit.state(talk, now))
    await _part(talk, "faults", [line for each in talk.alarms_of(name) for line in alarms.told(talk, each)])
    decisions = (await why.decided(talk, name))[:_DECISIONS]
    await _part(talk, "decisions", [line for each in decisions for line in why.before(talk, each)])
    await _part(talk, "events", await unit.events(talk, name, _EVENTS))
    await _part(talk, "orders", [unit.order(talk, each) for each in await crew.commands(name, _ORDERS)])
    await _put(talk, ["", talk.text("report_done"), "", talk.text("report_signed"), _RULE])


async def _part(talk: Talk, title: str, lines: Iterable[str]) -> None:
    await _put(talk, ["", talk.text(f"report_{title}")])
    await _put(talk, list(lines) or ["  " + talk.text("none")])


async def _put(talk: Talk, lines: Iterable[str]) -> None:
    await talk.show(lines, paged=False)


VERB = Verb("report", _run, unit_first)
