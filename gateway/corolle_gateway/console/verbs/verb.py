"""What a command of the console is."""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from corolle_gateway.console.outside import Crew
from corolle_gateway.console.talk import Talk

Options = Callable[[Crew, list[str]], list[str]]


def nothing(_: Crew, __: list[str]) -> list[str]:
    """Nothing can be completed."""
    return []


def unit_first(crew: Crew, before: list[str]) -> list[str]:
    """The first word after the command names a unit."""
    return [] if before else crew.names()


class Verb(Struct, frozen=True):
    """`run` takes the words after the name; Usage, Said, Stopped, Idle and sqlite3.Error end it.

    `options` gives what may follow the words that are there already.
    """

    name: str
    run: Callable[[Talk, list[str]], Awaitable[None]]
    options: Options = nothing
    aliases: tuple[str, ...] = ()
    hidden: bool = False
