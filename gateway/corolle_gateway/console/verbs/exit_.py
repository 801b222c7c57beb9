"""`exit`: log out."""

from corolle_gateway.console.talk import Talk
from corolle_gateway.console.verbs.verb import Verb


async def _run(talk: Talk, _: list[str]) -> None:
    talk.ends = True


VERB = Verb("exit", _run, aliases=("quit", "logout", "quitter"))
