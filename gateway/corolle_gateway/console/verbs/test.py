"""`test`: a unit tests its parts. A near one tells each of them; of another one comes how many are bad."""

import asyncio
from collections.abc import Iterator
from typing import Any

from corolle_gateway.console.outside import NotNear, UnitNow
from corolle_gateway.console.talk import Talk, wrapped
from corolle_gateway.console.verbs import unit as unit_verb
from corolle_gateway.console.verbs.command import follow, give
from corolle_gateway.console.verbs.verb import Verb, unit_first

_LASTS = "30m"
_VERDICT_S = 300.0  # real seconds from an order that was acknowledged: some two minutes, and its duty cycle
_LOOK_S = 0.2
_EVENT, _MOST_EVENTS = "self-test", 8
_FOUND = ("good", "bad", "untested")


async def _run(talk: Talk, words: list[str]) -> None:
    now = talk.unit(words)
    name = now.unit.name
    if now.is_near:
        await talk.say("test_near", unit=name)
        try:
            await _show(talk, await talk.crew.self_test(name))
        except NotNear as failed:
            await talk.say("test_failed", cause=failed.cause)
    else:
        await talk.say("test_far", unit=name)
        if now.unit.radio_class == "A":
            await talk.say("test_wait_class_a")
    before = {told["id"] for told in await _events(talk, name)}
    order = await follow(talk, name, await give(talk, name, "self-test", 0, _LASTS))
    if order is None or order.status != "acknowledged":
        return
    await talk.say("test_begins")
    bad = await _count_of_bad(talk, name, before)
    if bad is None:
        await talk.say("test_silent", lasted=talk.language.lasting(_VERDICT_S))
    else:
        await talk.say("test_passed" if not bad else "test_found", count=bad)
    await _tell_parts(talk, talk.unit([name]))


async def _count_of_bad(talk: Talk, name: str, before: set[str]) -> int | None:
    """How many parts a unit has found bad, by the event that was not there before; None: it never came."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + _VERDICT_S
    while loop.time() < end_s:
        for told in await _events(talk, name):
            if told["id"] not in before:
                return told["value"]
        await asyncio.sleep(_LOOK_S)
    return None


async def _events(talk: Talk, name: str) -> list[dict[str, Any]]:
    told = await talk.crew.told(name, ("event",), _MOST_EVENTS)
    return [body for body in told if body["event"] == _EVENT]


async def _tell_parts(talk: Talk, now: UnitNow) -> None:
    """Part by part where it can be asked, else what its last report says is wrong."""
    if now.is_near:
        try:
            await talk.show(_parts(talk, await talk.crew.verdict(now.unit.name)))
            return
        except NotNear as failed:
            await talk.say("test_failed", cause=failed.cause)
    await talk.show(unit_verb.faults(talk, now))


def _parts(talk: Talk, verdict: str) -> Iterator[str]:
    """What is fitted, a line each; the first one is of all together, and was told."""
    for line in verdict.splitlines()[1:]:
        part, _, found = line.partition("=")
        word, _, figures = found.partition(": ")
        if word in _FOUND:
            said = f"{talk.text(f'test_part_{word}')}  {_printable(figures)}"
            yield from wrapped(f"{_printable(part):<18} {said}".rstrip(), "  ")


async def _show(talk: Talk, findings: str) -> None:
    faults = []
    for line in findings.splitlines():
        part, _, found = line.partition("=")
        kind, _, detail = part.partition(".")
        if kind == "fault":
            faults.append(detail)
        elif kind in ("output", "clock", "memory", "lorawan", "refused", "left out"):
            label = talk.text(f"test_{kind}")
            await talk.show([f"  {f'{label} {detail}'.rstrip():<24} {_printable(found)}"])
    if not faults:
        await talk.say("test_good")
        return
    await talk.say("test_bad", faults=", ".join(map(_printable, faults)))
    for code in faults:
        await talk.show(unit_verb.fault(talk, _printable(code)))


def _printable(text: str) -> str:
    """What came over the air does not steer the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


VERB = Verb("test", _run, unit_first)
