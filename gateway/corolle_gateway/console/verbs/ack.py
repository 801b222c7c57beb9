"""`ack`: somebody knows of an alarm."""

from corolle_gateway.console.outside import Crew, OrderRefused
from corolle_gateway.console.talk import Said, Talk, Usage
from corolle_gateway.console.verbs.verb import Verb


async def _run(talk: Talk, words: list[str]) -> None:
    if not words or not words[0].isdecimal() or len(words[0]) > 15:
        raise Usage
    number = int(words[0])
    try:
        alarm = await talk.crew.acknowledge(number, talk.user, " ".join(words[1:]))
    except OrderRefused as refused:
        raise Said(talk.language.refusal(refused.cause, str(refused))) from None
    said = "acked" if alarm.is_open else "acked_closed"
    await talk.say(said, number=number, code=alarm.code, unit=alarm.unit, user=talk.user)


def _numbers(crew: Crew, before: list[str]) -> list[str]:
    return [] if before else [str(alarm.number) for alarm in crew.alarms()]


VERB = Verb("ack", _run, _numbers)
