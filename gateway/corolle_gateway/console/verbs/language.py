"""`language`: French or English."""

from corolle_gateway.console.language import NAMES, Language
from corolle_gateway.console.talk import Said, Talk
from corolle_gateway.console.verbs.verb import Verb


async def _run(talk: Talk, words: list[str]) -> None:
    if len(words) != 1 or words[0] not in NAMES:
        raise Said(talk.text("language_which", names=", ".join(NAMES)))
    talk.language = Language(words[0])
    await talk.say("language_now")


VERB = Verb("language", _run, lambda _, before: [] if before else list(NAMES), ("langue",))
