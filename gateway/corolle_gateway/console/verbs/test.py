"""`test`: a unit tests itself, over Bluetooth when it is near; else it is asked for what LoRaWAN can tell."""

import asyncio

from corolle_gateway.console.outside import NotNear, UnitNow
from corolle_gateway.console.talk import Talk
from corolle_gateway.console.verbs import unit as unit_verb
from corolle_gateway.console.verbs.command import follow, give
from corolle_gateway.console.verbs.verb import Verb, unit_first

_LASTS = "30m"
_REPORT_S = 30.0  # real seconds from an order that was acknowledged to the report it asked for
_LOOK_S = 0.2
_DOTTED = ("fault", "refused")


async def _run(talk: Talk, words: list[str]) -> None:
    now = talk.unit(words)
    name = now.unit.name
    if now.is_near:
        await talk.say("test_near", unit=name)
        try:
            await _show(talk, await talk.crew.self_test(name))
            return
        except NotNear as failed:
            await talk.say("test_failed", cause=failed.cause)
    await talk.say("test_far", unit=name)
    await _ask_report(talk, now)


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


async def _ask_report(talk: Talk, now: UnitNow) -> None:
    name = now.unit.name
    if now.unit.radio_class == "A":
        await talk.say("test_wait_class_a")
    order_id = await give(talk, name, "report", 0, _LASTS)
    order = await follow(talk, name, order_id)
    if order is None or order.status != "acknowledged":
        return
    end_s = asyncio.get_running_loop().time() + _REPORT_S
    while talk.crew.unit(name).heard_s <= now.heard_s:
        if asyncio.get_running_loop().time() > end_s:
            await talk.say("test_silent", lasted=talk.language.lasting(_REPORT_S))
            return
        await asyncio.sleep(_LOOK_S)
    await talk.say("test_reported")
    reported = talk.crew.unit(name)
    await talk.show(unit_verb.state(talk, reported))
    await talk.show(unit_verb.faults(talk, reported))


def _printable(text: str) -> str:
    """What came over the air does not steer the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


VERB = Verb("test", _run, unit_first)
