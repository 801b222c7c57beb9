"""`unit`: all that is known of one unit."""

from collections.abc import Iterator

from corolle_gateway.console import facts
from corolle_gateway.console.outside import UnitNow
from corolle_gateway.console.talk import Talk, wrapped
from corolle_gateway.console.verbs.verb import Verb, unit_first
from corolle_gateway.model import OPEN_STATUSES, Command, unix_s

_EVENTS = 5
_ORDERS = 10


async def _run(talk: Talk, words: list[str]) -> None:
    now = talk.unit(words)
    name = now.unit.name
    await talk.show([name, *identity(talk, now)])
    await talk.show(state(talk, now))
    await talk.show(faults(talk, now))
    open_orders = [each for each in await talk.crew.commands(name, _ORDERS) if each.status in OPEN_STATUSES]
    if open_orders:
        await talk.say("open_orders")
        await talk.show(order(talk, each) for each in open_orders)
    await talk.say("last_events")
    await talk.show(await events(talk, name, _EVENTS))


def identity(talk: Talk, now: UnitNow) -> Iterator[str]:
    """Who and where it is."""
    it = now.unit
    said = {"site": it.site, "dev_eui": it.dev_eui, "radio_class": it.radio_class}
    yield "  " + talk.text("identity", kind=talk.text(f"kind_{it.kind}"), **said)
    yield "  " + talk.text("place", lat_deg=it.lat_deg, lon_deg=it.lon_deg)
    if it.groups:
        yield from wrapped(talk.text("groups", groups=", ".join(it.groups)), "  ")
    yield "  " + talk.text("near" if now.is_near else "far")


def state(talk: Talk, now: UnitNow) -> Iterator[str]:
    """What it does, why, and what it measures."""
    report, language = now.report, talk.language
    if report is None:
        yield talk.text("never_reported")
        return
    ago, radio = talk.ago(now.heard_s), facts.way(language, report["radio"])
    yield from wrapped(talk.text("reported_ago", ago=ago, time=talk.time(now.heard_s), link=radio))
    output = facts.output(language, facts.output_of(report))
    yield from wrapped(language.said(output, language.reason(report["reason"])), "  ")
    yield from facts.readings(language, report)


def faults(talk: Talk, now: UnitNow) -> Iterator[str]:
    """What is wrong, what to look at first, what to bring."""
    alarms = talk.alarms_of(now.unit.name)
    yield talk.text("faults" if alarms else "no_faults")
    for alarm in alarms:
        yield from fault(talk, alarm.code)


def fault(talk: Talk, code: str) -> Iterator[str]:
    """One of them."""
    yield from wrapped(talk.language.said(code, talk.language.alarm(code)), "  ")
    if things := talk.language.bring(code):
        yield from wrapped(talk.text("bring", things=things), "    ")


def order(talk: Talk, command: Command) -> str:
    """An order in a line."""
    value = "" if command.value == 0 and command.verb != "level" else f" {command.value}"
    given = f"  {talk.time(command.created_s)}  {command.verb}{value}, {command.author}"
    return talk.language.said(given, talk.language.status(command.status))


async def events(talk: Talk, name: str, most: int) -> list[str]:
    """The last things it told of, the newest first."""
    bodies = await talk.crew.told(name, ("event",), most)
    lines = [f"{talk.time(unix_s(body['time']))}  {facts.event(talk.language, body)}" for body in bodies]
    return [line for each in lines for line in wrapped(each, "  ")] or ["  " + talk.text("none")]


VERB = Verb("unit", _run, unit_first)
