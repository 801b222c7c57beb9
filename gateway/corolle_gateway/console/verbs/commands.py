"""`commands`: the last orders, and what became of them."""

from corolle_gateway.console.table import table
from corolle_gateway.console.talk import Said, Talk
from corolle_gateway.console.verbs.verb import Verb, unit_first
from corolle_gateway.model import Command

_HEADS = ("time", "unit", "order", "author", "status")
_MOST = 40


async def _run(talk: Talk, words: list[str]) -> None:
    name = talk.unit(words).unit.name if words else None
    found = await talk.crew.commands(name, _MOST)
    if not found:
        raise Said(talk.text("commands_none"))
    await talk.show(
        table([talk.text(f"head_{head}") for head in _HEADS], [_row(talk, each) for each in found])
    )


def _row(talk: Talk, each: Command) -> tuple[str, ...]:
    status = talk.language.status(each.status)
    told = talk.language.said(status, each.reason) if each.reason else status
    value = f" {each.value}" if each.value or each.verb == "level" else ""
    return talk.time(each.created_s), each.unit, each.verb + value, each.author, told


VERB = Verb("commands", _run, unit_first)
