"""`help`: the commands, or how one of them is written."""

from corolle_gateway.console import english
from corolle_gateway.console.talk import Said, Talk, wrapped
from corolle_gateway.console.verbs.verb import Verb

_INDENT = 10 * " "


async def _run(talk: Talk, words: list[str]) -> None:
    if words:
        await talk.show(_of(talk, words[0].lower()))
        return
    for name in english.HELP:
        does = wrapped(talk.language.usage(name)[1], _INDENT)
        await talk.show([name.ljust(len(_INDENT)) + does[0].lstrip(), *does[1:]])
    await talk.say("help_more")


def _of(talk: Talk, name: str) -> list[str]:
    if name not in english.HELP:
        raise Said(talk.text("unknown_verb", verb=name))
    written, does = talk.language.usage(name)
    return [written, *wrapped(does, _INDENT)]


VERB = Verb("help", _run, lambda _, before: [] if before else list(english.HELP), ("aide", "?"))
