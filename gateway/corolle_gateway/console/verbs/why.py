"""`why`: what a unit does and why, in a sentence, and what it did before."""

from collections.abc import Iterator

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


async def _run(talk: Talk, words: list[str]) -> None:
    now = talk.unit(words)
    name = now.unit.name
    if now.report is None:
        raise Said(talk.text("never_reported"))
    found = await decided(talk, name)
    current = Decision(facts.output_of(now.report), now.report["reason"], now.heard_s)
    await talk.show(wrapped(sentence(talk, now, current)))
    if found and (found[0].output, found[0].reason) == (current.output, current.reason):
        current = found.pop(0)
    await talk.say("why_since", time=talk.time(current.since_s), ago=talk.ago(current.since_s))
    if current.reason in _ORDERED:
        await talk.show(_ordered(talk, await talk.crew.commands(name, _MOST_BODIES)))
    for code in now.report["faults"]:
        await talk.say("why_fault", code=code, text=talk.language.alarm(code))
    await talk.say("why_before" if found else "why_nothing_before")
    await talk.show(line for each in found[:_BEFORE] for line in before(talk, each))


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
    said = f"{talk.time(decision.since_s)}  {output}: {talk.language.reason(decision.reason)}"
    return wrapped(said, "  ")


def _ordered(talk: Talk, orders: list[Command]) -> Iterator[str]:
    """By whom, and until when."""
    for each in orders:
        if each.status == "acknowledged" and each.until_s > talk.crew.now() and each.verb in _LASTING:
            until = talk.time(each.until_s)
            yield talk.text("why_order", author=each.author, verb=each.verb, value=each.value, until=until)
            return


VERB = Verb("why", _run, unit_first)
