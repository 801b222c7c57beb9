"""What a command of the console has in hand: whom it speaks with, in which language, and a page to fill."""

import difflib
import textwrap
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from msgspec import Struct

from corolle_gateway.alarm.alarm import Alarm
from corolle_gateway.console.keyboard import Keyboard
from corolle_gateway.console.keys import CTRL_C, ENTER
from corolle_gateway.console.language import Language
from corolle_gateway.console.line import WIDTH
from corolle_gateway.console.outside import Crew, UnitNow
from corolle_gateway.console.sending import Sending
from corolle_gateway.model import Unit

_PAGE = 22  # lines; a VT100 has 24, and one is for the question
_END = "\r\n"
_TO_END = "\x1b[K"


class Usage(ValueError):
    """A command was written wrongly; its usage is shown."""


class Said(ValueError):
    """A command ends with this sentence."""


class Stopped(Exception):
    """Whoever reads has had enough."""


class Place(Struct, frozen=True):
    """Where the console is: its port, and who may log in there."""

    device: str
    baud: int
    users: Callable[[], list[str]]


class Talk:
    """A conversation with somebody who has logged in.

    Attributes:
        since_s: when that was, in unix seconds.
        ends: they want to leave.
    """

    def __init__(
        self, crew: Crew, user: str, language: Language, sending: Sending, keyboard: Keyboard, place: Place
    ):
        self.crew = crew
        self.user = user
        self.language = language
        self.sending = sending
        self.keyboard = keyboard
        self.place = place
        self.since_s = crew.now()
        self.ends = False
        self._shown = 0

    def begin(self) -> None:
        """A new command: its first page is empty."""
        self._shown = 0

    def text(self, key: str, **fields: object) -> str:
        """A text in the language chosen."""
        return self.language.text(key, **fields)

    async def say(self, key: str, **fields: object) -> None:
        """Show a text."""
        await self.show(wrapped(self.text(key, **fields)))

    async def show(self, lines: Iterable[str], paged: bool = True) -> None:
        """Show lines; a full page waits for a key. Stopped, Idle."""
        for line in lines:
            if paged and self._shown >= _PAGE:
                await self._ask_for_more()
            self._shown += 1
            self.sending.put(line + _END)
            await self.sending.room()

    async def _ask_for_more(self) -> None:
        self.sending.put(self.text("more"))
        key = await self.keyboard.key()
        self.sending.put("\r" + _TO_END)
        if key in ("q", "Q", CTRL_C):
            raise Stopped
        self._shown = _PAGE - 1 if key == ENTER else 0

    def unit(self, words: list[str]) -> UnitNow:
        """The unit that the first word names. Usage, Said."""
        if not words:
            raise Usage
        try:
            return self.crew.unit(words[0])
        except KeyError:
            raise Said(self._no_unit(words[0])) from None

    def units(self, words: list[str]) -> list[Unit]:
        """All that the first word means: a unit, or those of a group, a site or a kind. Usage, Said."""
        if not words:
            raise Usage
        if found := self.crew.members(words[0]):
            return found
        raise Said(self._no_unit(words[0], self.crew.groups()))

    def _no_unit(self, name: str, groups: list[str] | None = None) -> str:
        said = self.text("unknown_unit", unit=name)
        close = difflib.get_close_matches(name, [*(groups or ()), *self.crew.names()], 5, 0.6)
        return f"{said} {self.text('close_units', names=', '.join(close))}" if close else said

    def alarms_of(self, unit: str) -> list[Alarm]:
        """What is wrong with a unit now, by reports and events alike."""
        return [alarm for alarm in self.crew.alarms() if alarm.unit == unit]

    def time(self, time_s: float) -> str:
        """A moment as it is shown: the time of day, with its date when that is not today's."""
        moment = datetime.fromtimestamp(time_s, UTC)
        today = datetime.fromtimestamp(self.crew.now(), UTC).date()
        return f"{moment:%H:%M:%S}" if moment.date() == today else f"{moment:%Y-%m-%d %H:%M}"

    def date(self, time_s: float) -> str:
        """A moment with its date."""
        return f"{datetime.fromtimestamp(time_s, UTC):%Y-%m-%d %H:%M}"

    def ago(self, time_s: float) -> str:
        """How long ago that was."""
        return self.language.lasting(self.crew.now() - time_s)


def wrapped(text: str, indent: str = "") -> list[str]:
    """A text in lines that fit."""
    return textwrap.wrap(text, WIDTH - 1, initial_indent=indent, subsequent_indent=indent) or [""]
