"""The first thing that somebody sees who has logged in."""

from corolle_gateway.console.talk import Talk
from corolle_gateway.console.verbs.verb import Verb


async def _run(talk: Talk, _: list[str]) -> None:
    await talk.say("hello", user=talk.user)
    alarms = talk.crew.alarms()
    if not alarms:
        await talk.say("no_alarms")
        return
    fresh = sum(alarm.acknowledged_s is None for alarm in alarms)
    await talk.say("open_alarms", count=len(alarms), fresh=fresh)


VERB = Verb("hello", _run, hidden=True)
