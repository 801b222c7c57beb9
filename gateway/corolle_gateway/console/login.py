"""Who is there? A name, a password, and patience after a wrong one."""

import asyncio

from corolle_gateway.console.keyboard import Keyboard
from corolle_gateway.console.language import Language
from corolle_gateway.console.line import History, Line, Secret
from corolle_gateway.console.sending import Sending
from corolle_gateway.console.users import Users
from corolle_gateway.counts import Counts
from corolle_gateway.errors import ConfigError
from corolle_gateway.log import Log

_LONGEST_PAUSE_S = 60.0


class Login:
    """Outlives a connection: pulling the cable is no way to try passwords faster."""

    def __init__(self, log: Log, counts: Counts, users: Users):
        self._log = log
        self._counts = counts
        self._users = users
        self._failures = 0

    async def user(self, keyboard: Keyboard, sending: Sending, language: Language) -> str:
        """The name of who has logged in. Idle while somebody is at it."""
        while True:
            name = await keyboard.line(Line(language.text("login"), History(), lambda _: []))
            if not name:
                continue
            password = await keyboard.line(Secret(language.text("password")))
            if password is None:
                continue
            refused = await self._check(name.strip(), password)
            if refused is None:
                self._failures = 0
                self._log.info("console_login", user=name.strip())
                return name.strip()
            sending.put(language.text(refused) + "\r\n")
            await self._pause(keyboard, sending, language)

    async def _check(self, name: str, password: str) -> str | None:
        """Why somebody may not come in, None when they may. A hash takes its time, so it has a thread."""
        try:
            knows = await asyncio.to_thread(self._users.knows, name, password)
            names = self._users.names()
        except (ConfigError, ValueError) as error:
            self._counts.reject("console_users_unreadable", error=error)
            return "users_unreadable"
        if knows:
            return None
        # The name is not told: who has typed the password in its place would have it in the log.
        self._counts.reject("console_bad_password")
        return "wrong" if names else "no_users"

    async def _pause(self, keyboard: Keyboard, sending: Sending, language: Language) -> None:
        """Ever longer. What is typed meanwhile is not looked at."""
        pause_s = min(2.0**self._failures, _LONGEST_PAUSE_S)
        self._failures += 1
        sending.put(language.text("wait", seconds=pause_s) + "\r\n")
        await asyncio.sleep(pause_s)
        keyboard.forget()
