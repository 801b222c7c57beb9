"""`log`: the live log, as a terminal can show it."""

import re
from collections.abc import Awaitable

from corolle_gateway.console.outside import Crew
from corolle_gateway.console.talk import Said, Talk
from corolle_gateway.console.verbs.verb import Verb
from corolle_gateway.log import LEVELS

_FILTERS = ("unit", "level", "since", "text")
_LINE = re.compile(r"t=\S+T([\d:]+)\.\d+Z level=(\w+) event=(.*)")
_END = "\r\n"


async def _run(talk: Talk, words: list[str]) -> None:
    filters = _read(talk, words)
    passes = talk.crew.sieve(filters.get("unit"), filters.get("level", LEVELS[0]), filters.get("text"))

    def tap(_: int, line: str) -> None:
        if passes(line.rstrip("\n")):
            talk.sending.put_live(shown(line) + _END)

    earlier = _earlier(talk, filters) if "since" in filters else None
    talk.sending.tell_dropped = lambda count: talk.text("log_dropped", count=count) + _END
    talk.crew.tap(tap)  # with nothing between them: no line is missed, or comes twice
    try:
        if earlier is not None:
            await talk.show(map(shown, await earlier), paged=False)
        await talk.say("log_live")
        await talk.keyboard.key()
    finally:
        talk.crew.untap(tap)
        talk.sending.drop_live()
    talk.sending.put(_END)
    await talk.say("log_ended")


def _earlier(talk: Talk, filters: dict[str, str]) -> Awaitable[list[str]]:
    try:
        return talk.crew.earlier(filters)
    except ValueError:
        raise Said(talk.text("bad_duration", text=filters["since"])) from None


def _read(talk: Talk, words: list[str]) -> dict[str, str]:
    """The filters that were written. Said."""
    found: dict[str, str] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not value or name not in _FILTERS:
            wrong = talk.text("bad_filter", word=f"{name}{sign}{value}")
            raise Said(f"{wrong} {talk.text('log_filters', levels='|'.join(LEVELS))}")
        found[name] = value
    if found.get("level", LEVELS[0]) not in LEVELS:
        raise Said(talk.text("bad_level", level=found["level"], levels=", ".join(LEVELS)))
    return found


def shown(line: str) -> str:
    """A line without what a reader of tonight's log knows: the date, and what begins each."""
    found = _LINE.match(line.rstrip("\n"))
    return f"{found[1]} {found[2]:<7} {found[3]}" if found else line.rstrip("\n")


def _options(crew: Crew, _: list[str]) -> list[str]:
    units = [f"unit={name}" for name in crew.names()]
    return [*units, *(f"level={level}" for level in LEVELS), "since=", "text="]


VERB = Verb("log", _run, _options)
