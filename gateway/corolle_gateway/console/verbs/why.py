"""`why`: what a unit does and why, in a sentence, and what it did before."""

from corolle_gateway.console import facts
from corolle_gateway.console.facts import Decision
from corolle_gateway.console.outside import UnitNow
from corolle_gateway.console.talk import Said, Talk, wrapped
from corolle_gateway.console.verbs.verb import Verb, unit_first
from corolle_gateway.model import Command

_MOST_BODIES = 40
_BEFORE = 6
_ORDERED = ("override", "group cap")
_LASTING = ("level", "cap", "open", "close")
_END = "auto"


async def _run(talk: Talk, words: list[str]) -> None:
    now = talk.unit(words)
    name = now.unit.name
    if now.report is None:
        raise Said(talk.text("never_reported"))
    found = await decided(talk, name)
    order = _in_force(talk, await talk.crew.commands(name, _MOST_BODIES))
    current = _current(now, order)
    await talk.show(wrapped(sentence(talk, now, current)))
    if found and (found[0].output, found[0].reason) == (current.output, current.reason):
        current = found.pop(0)
    await talk.say("why_since", time=talk.time(current.since_s), ago=talk.ago(current.since_s))
    if order and current.reason in _ORDERED:
        until = talk.time(order.until_s)
        await talk.say("why_order", author=order.author, verb=order.verb, value=order.value, until=until)
    for alarm in talk.alarms_of(name):
        await talk.say("why_fault", code=alarm.code, text=talk.language.alarm(alarm.code))
    await talk.say("why_before" if found else "why_nothing_before")
    await talk.show(line for each in found[:_BEFORE] for line in before(talk, each))


def _current(now: UnitNow, order: Command | None) -> Decision:
    """By its last report, or by its answer to an order that came after it."""
    if order and order.created_s > now.heard_s and order.verb != "cap":
        output = order.value if now.unit.kind == "lamp" else order.verb == "open"
        return Decision(output, _ORDERED[0], order.created_s)
    report = now.report or {}
    return Decision(facts.output_of(report), report["reason"], now.heard_s)


def _in_force(talk: Talk, orders: list[Command]) -> Command | None:
    """The order that the unit obeys now: the last one it has acknowledged, unless that ended the others."""
    obeyed = (each for each in orders if each.status == "acknowledged" and each.verb in (*_LASTING, _END))
    last = next(obeyed, None)
    return last if last and last.verb != _END and last.until_s > talk.crew.now() else None


async def decided(talk: Talk, name: str) -> list[Decision]:
    """The last decisions of a unit, newest first."""
    return facts.decisions(await talk.crew.told(name, ("report", "event"), _MOST_BODIES))


def sentence(talk: Talk, now: UnitNow, decision: Decision) -> str:
    """What it does, and why."""
    key = "why_lamp" if now.unit.kind == "lamp" else f"why_canopy_{'open' if decision.output else 'shut'}"
    level = facts.output(talk.language, decision.output)
    reason = talk.language.reason(decision.reason)
    return talk.text(key, unit=now.unit.name, level=level, reason=reason)


def before(talk: Talk, decision: Decision) -> list[str]:
    """An earlier decision in a line."""
    output = facts.output(talk.language, decision.output)
    said = talk.language.said(output, talk.language.reason(decision.reason))
    return wrapped(f"{talk.time(decision.since_s)}  {said}", "  ")


VERB = Verb("why", _run, unit_first)
