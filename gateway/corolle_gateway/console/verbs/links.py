"""`links`: the ways to the units and to the city."""

from corolle_gateway.console.table import table
from corolle_gateway.console.talk import Said, Talk
from corolle_gateway.console.verbs.verb import Verb

_HEADS = ("kind", "name", "state", "heard")


async def _run(talk: Talk, _: list[str]) -> None:
    links = talk.crew.links()
    if not links:
        raise Said(talk.text("links_none"))
    rows = [
        (
            talk.text(f"link_{link.kind}"),
            link.name,
            talk.text("up" if link.is_up else "down"),
            "" if link.heard_s is None else talk.ago(link.heard_s),
        )
        for link in links
    ]
    await talk.show(table([talk.text(f"head_{head}") for head in _HEADS], rows))


VERB = Verb("links", _run)
