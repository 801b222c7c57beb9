"""The console's commands: one file each, gathered here."""

from corolle_gateway.console.outside import Crew
from corolle_gateway.console.verbs import (
    ack,
    alarms,
    command,
    commands,
    exit_,
    hello,
    help_,
    language,
    links,
    log,
    outbox,
    report,
    test,
    unit,
    units,
    who,
    why,
)
from corolle_gateway.console.verbs.verb import Verb

_ALL = (
    ack.VERB,
    alarms.VERB,
    command.VERB,
    commands.VERB,
    exit_.VERB,
    hello.VERB,
    help_.VERB,
    language.VERB,
    links.VERB,
    log.VERB,
    outbox.VERB,
    report.VERB,
    test.VERB,
    unit.VERB,
    units.VERB,
    who.VERB,
    why.VERB,
)
_BY_NAME = {name: verb for verb in _ALL for name in (verb.name, *verb.aliases)}


def find(name: str) -> Verb | None:
    """The command of a name, or of its name in another language."""
    return _BY_NAME.get(name)


def complete(crew: Crew, before: str) -> list[str]:
    """What the last word left of the cursor may become."""
    *words, last = before.split(" ")
    words = [word for word in words if word]
    if not words:
        options = sorted(verb.name for verb in _ALL if not verb.hidden)
    else:
        verb = find(words[0].lower())
        options = verb.options(crew, words[1:]) if verb else []
    return [option for option in options if option.startswith(last)]
