"""`alarms`: what is wrong, the gravest first."""

from collections.abc import Iterator

from corolle_gateway.alarm.alarm import Alarm
from corolle_gateway.console.language import Language
from corolle_gateway.console.outside import Body
from corolle_gateway.console.talk import Said, Talk, wrapped
from corolle_gateway.console.verbs.verb import Verb


async def _run(talk: Talk, _: list[str]) -> None:
    found = talk.crew.alarms()
    if not found:
        raise Said(talk.text("alarms_none"))
    for each in found:
        await talk.show(told(talk, each))
    fresh = sum(each.acknowledged_s is None for each in found)
    await talk.say("alarms_sum", count=len(found), fresh=fresh)


def told(talk: Talk, alarm: Alarm) -> Iterator[str]:
    """An alarm: what, where, since when, what to look at, its figures, what to bring, who knows of it."""
    code, now_s = alarm.code, talk.crew.now()
    head = talk.text(
        "alarm_line",
        number=f"{alarm.number:>3}",
        code=f"{alarm.unit} {code}",
        severity=talk.language.severity(code),
        time=talk.time(alarm.raised_s),
        lasted=talk.language.lasting(alarm.lasted_s(now_s)),
        count=alarm.count,
    )
    yield from wrapped(head)
    yield from wrapped(talk.language.alarm(code), "     ")
    if figures := ", ".join(_figures(talk.language, alarm.first)):
        yield from wrapped(talk.text("alarm_first", figures=figures), "     ")
    if things := talk.language.bring(code):
        yield from wrapped(talk.text("bring", things=things), "     ")
    if alarm.acknowledged_s is None:
        yield "     " + talk.text("alarm_fresh")
    else:
        known = talk.text("alarm_known", author=alarm.author, time=talk.time(alarm.acknowledged_s))
        yield from wrapped(talk.language.said(known, alarm.note) if alarm.note else known, "     ")


def _figures(language: Language, first: Body) -> Iterator[str]:
    """What told of it first, by the names on the topics."""
    for name, value in first.items():
        if value is not None:
            told = " ".join(map(str, value)) if isinstance(value, list) else language.figure(value)
            yield f"{name} {told}"


VERB = Verb("alarms", _run)
