"""`outbox`: what waits for the city, and how long the store has room for it."""

from corolle_gateway.console.talk import Talk
from corolle_gateway.console.verbs.verb import Verb


async def _run(talk: Talk, _: list[str]) -> None:
    now = await talk.crew.outbox()
    if now.oldest_s is None:
        await talk.say("outbox_empty")
    else:
        await talk.say("outbox_waiting", count=now.waiting, ago=talk.ago(now.oldest_s))
    if now.used_mb is not None:
        await talk.say("outbox_store", used_mb=talk.language.figure(now.used_mb), max_mb=now.max_mb)
    if now.per_hour and now.hours_left is not None:
        hours_left = talk.language.figure(now.hours_left)
        await talk.say("outbox_rate", per_hour=now.per_hour, hours_left=hours_left)
    else:
        await talk.say("outbox_quiet")


VERB = Verb("outbox", _run)
