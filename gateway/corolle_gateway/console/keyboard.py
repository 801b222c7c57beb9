"""The keys that somebody presses, one after the other; bounded, whatever a noisy line brings."""

import asyncio
from collections.abc import Callable

from corolle_gateway.console.keys import CTRL_C, Keys
from corolle_gateway.console.line import Line, Secret
from corolle_gateway.console.sending import Sending
from corolle_gateway.counts import Counts

_MOST = 512  # that wait for their turn; nobody types so far ahead


class Idle(Exception):
    """Nobody has pressed a key for long."""


class Keyboard:
    """`idle_s`: how long a key may take.

    Ctrl-C drops what was pressed before it, as on any terminal (termios(3), ISIG): it always finds room.

    Attributes:
        interrupt: what ctrl-C does at once; None: it is a key like others.
    """

    def __init__(self, counts: Counts, sending: Sending, idle_s: float):
        self._counts = counts
        self._sending = sending
        self._idle_s = idle_s
        self._decoder = Keys()
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self.interrupt: Callable[[], object] | None = None

    def receive(self, data: bytes) -> None:
        """What came over the line."""
        before = self._decoder.noise
        keys = self._decoder.feed(data)
        noise = self._decoder.noise - before
        for key in keys:
            if key == CTRL_C:
                self.forget()
            if key == CTRL_C and self.interrupt:
                self.interrupt()
            elif self._waiting.qsize() < _MOST:
                self._waiting.put_nowait(key)
            else:
                noise += 1
        self._counts.reject_many("console_noise", noise)

    async def key(self) -> str:
        """The next key, once there is room for its echo: dropped, it would leave the screen wrong. Idle."""
        try:
            async with asyncio.timeout(self._idle_s):
                await self._sending.room()
                return await self._waiting.get()
        except TimeoutError:
            raise Idle from None

    def forget(self) -> None:
        """Whatever was pressed so far was not meant for what comes now."""
        while not self._waiting.empty():
            self._waiting.get_nowait()

    async def line(self, line: Line | Secret) -> str | None:
        """A line that somebody types; None when they end it (ctrl-D). Idle."""
        self._sending.put(line.draw())
        while line.entered is None:
            noise = line.noise
            self._sending.put(line.press(await self.key()))
            self._counts.reject_many("console_noise", line.noise - noise)
        return None if line.ended else line.entered
