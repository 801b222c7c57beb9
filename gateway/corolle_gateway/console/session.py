"""One terminal: login, commands, logout, and again."""

import asyncio
import sqlite3
from collections.abc import Callable

from msgspec import Struct

from corolle_gateway.console import verbs
from corolle_gateway.console.keyboard import Idle, Keyboard
from corolle_gateway.console.language import Language
from corolle_gateway.console.line import History, Line
from corolle_gateway.console.login import Login
from corolle_gateway.console.outside import Crew
from corolle_gateway.console.sending import Sending
from corolle_gateway.console.talk import Place, Said, Stopped, Talk, Usage, wrapped
from corolle_gateway.counts import Counts
from corolle_gateway.log import Log


class Rooms(Struct, frozen=True):
    """What all sessions of a console share."""

    crew: Crew
    log: Log
    counts: Counts
    login: Login
    place: Place
    language: str
    idle_s: float
    histories: dict[str, History]


class Session:
    """From the moment a port is open until it is lost."""

    def __init__(self, rooms: Rooms, sending: Sending):
        self._rooms = rooms
        self._sending = sending
        self._keyboard = Keyboard(rooms.counts, sending, rooms.idle_s)
        self._user = ""

    @property
    def receive(self) -> Callable[[bytes], None]:
        """Takes what the terminal sends."""
        return self._keyboard.receive

    async def run(self) -> None:
        """Let people log in, one after the other, until cancelled."""
        language, crew = Language(self._rooms.language), self._rooms.crew
        while True:
            self._sending.put("\r\n" + language.text("welcome", name=crew.name, site=crew.site) + "\r\n")
            try:
                self._user = await self._rooms.login.user(self._keyboard, self._sending, language)
            except Idle:
                continue  # the welcome has scrolled away, or was never seen
            await self._serve(language)

    def lost(self) -> None:
        """The cable is gone, and whoever was logged in with it."""
        self._told_out("lost")

    async def _serve(self, language: Language) -> None:
        talk = Talk(self._rooms.crew, self._user, language, self._sending, self._keyboard, self._rooms.place)
        try:
            await self._command(talk, "hello", [])
            while not talk.ends:
                await self._one(talk)
            self._sending.put(talk.text("bye") + "\r\n")
            self._told_out("exit")
        except Idle:
            minutes = round(self._rooms.idle_s / 60)
            self._sending.put("\r\n" + talk.text("idle", minutes=minutes) + "\r\n")
            self._told_out("idle")

    def _told_out(self, why: str) -> None:
        if self._user:
            self._rooms.log.info("console_logout", user=self._user, why=why)
        self._user = ""

    async def _one(self, talk: Talk) -> None:
        """A line, and what it asks for."""
        history = self._rooms.histories.setdefault(talk.user, History())
        line = Line(f"{talk.crew.name}> ", history, lambda before: verbs.complete(talk.crew, before))
        text = await self._keyboard.line(line)
        if text is None:
            talk.ends = True
        elif words := text.split():
            history.add(text)
            await self._command(talk, words[0].lower(), words[1:])

    async def _command(self, talk: Talk, name: str, words: list[str]) -> None:
        verb = verbs.find(name)
        talk.begin()
        if verb is None:
            await talk.say("unknown_verb", verb=name)
            return
        running = asyncio.ensure_future(verb.run(talk, words))
        self._keyboard.interrupt = running.cancel
        try:
            await running
        except asyncio.CancelledError:
            if not running.cancelled() or _is_cancelled():
                running.cancel()
                raise  # it is not the command that was to end, but all of it
            self._sending.put("^C\r\n")
        except Usage:
            await talk.say("usage", usage=talk.language.usage(verb.name)[0])
        except Said as said:
            await talk.show(wrapped(str(said)))
        except Stopped:
            pass
        except sqlite3.Error as error:
            await talk.say("store_failed", error=error)
        finally:
            self._keyboard.interrupt = None


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
