"""`who`: who is logged in, where, and who else may."""

from corolle_gateway.console.talk import Said, Talk
from corolle_gateway.console.verbs.verb import Verb
from corolle_gateway.errors import ConfigError


async def _run(talk: Talk, _: list[str]) -> None:
    lasted, place, crew = talk.ago(talk.since_s), talk.place, talk.crew
    await talk.say("who_user", user=talk.user, lasted=lasted, device=place.device, baud=place.baud)
    facts = {"name": crew.name, "site": crew.site, "version": crew.version, "units": len(crew.names())}
    await talk.say("who_gateway", **facts, time=talk.time(crew.now()))
    try:
        await talk.say("who_others", names=", ".join(place.users()))
    except ConfigError as error:
        raise Said(str(error)) from error


VERB = Verb("who", _run)
