"""The console's port: opened, served until it is lost, opened again."""

import asyncio
from contextlib import suppress

from corolle_gateway.config import ConsoleConfig
from corolle_gateway.console.login import Login
from corolle_gateway.console.outside import Crew
from corolle_gateway.console.port import Port
from corolle_gateway.console.sending import Sending
from corolle_gateway.console.session import Rooms, Session
from corolle_gateway.console.talk import Place
from corolle_gateway.console.users import Users
from corolle_gateway.counts import Counts
from corolle_gateway.log import Log

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 8.0


class Console:
    """Real seconds throughout: a street that runs faster than life has people of the ordinary sort."""

    def __init__(
        self, settings: ConsoleConfig, device: str, crew: Crew, users: Users, log: Log, counts: Counts
    ):
        self._device = device
        self._baud = settings.baud
        self._log = log
        self._counts = counts
        place = Place(device, settings.baud, users.names)
        idle_s = 60.0 * settings.idle_min
        login = Login(log, counts, users)
        self._rooms = Rooms(crew, log, counts, login, place, settings.language, idle_s, {})

    async def run(self) -> None:
        """Until cancelled. A port that cannot be opened is tried again, ever less often."""
        pause_s = _FIRST_PAUSE_S
        while True:
            if await self._served():
                pause_s = _FIRST_PAUSE_S
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _served(self) -> bool:
        """Serve who is at the port until it is lost; whether it could be opened at all."""
        sending = Sending()
        session = Session(self._rooms, sending)
        try:
            port = Port(self._device, self._baud, sending, session.receive)
        except OSError as error:
            self._counts.reject("console_unavailable", device=self._device, why=error.strerror)
            return False
        self._counts.count("console_opened")
        self._log.info("console_opened", device=self._device)
        try:
            await self._serve(session, port)
        finally:
            port.close()
            if sending.dropped:
                self._counts.count("console_lines_dropped", sending.dropped)
        self._counts.reject("console_lost", device=self._device)
        return True

    async def _serve(self, session: Session, port: Port) -> None:
        serving = asyncio.create_task(session.run())
        lost = asyncio.create_task(port.lost.wait())
        try:
            await asyncio.wait([serving, lost], return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()  # it only ends by a fault of ours
        finally:
            for task in (serving, lost):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            session.lost()
