"""Connections: a few at a time, tried twice, and units that cannot be reached left alone for ever longer."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.links.ble.conversation import Conversation
from corolle_gateway.links.ble.neighbours import Neighbour
from corolle_gateway.links.ble.recovery import Recovery
from corolle_gateway.links.ble.refused import (
    ANSWER,
    BAD_ANSWER,
    LOST,
    NO_SERVICE,
    SESSION,
    UNREACHABLE,
    Refused,
    cause_of,
)
from corolle_gateway.links.ble.stack import Stack
from corolle_gateway.links.ble.timing import set_clock

_TRIES = 2
_BETWEEN_S = 1.0
_LONGEST_S = 512.0
_GOODBYE_S = 5.0
# The unit has spoken and meant it: nothing is gained by asking it the same again at once.
_FINAL = (ANSWER, SESSION, NO_SERVICE, BAD_ANSWER)

T = TypeVar("T")


class Pool:
    """Asks units. Times are the event loop's: an adapter knows no street that runs faster than life."""

    def __init__(self, clock: Clock, counts: Counts, stack: Stack, recovery: Recovery, size: int):
        self._clock = clock
        self._counts = counts
        self._stack = stack
        self._recovery = recovery
        self._slots = asyncio.Semaphore(size)
        self._connecting = asyncio.Lock()  # a controller makes one connection at a time
        self._talking: set[str] = set()

    def is_free(self, neighbour: Neighbour) -> bool:
        """Whether a unit may be connected to now: nobody speaks with it, and it did not just fail."""
        now_s = asyncio.get_running_loop().time()
        return neighbour.unit.name not in self._talking and now_s >= neighbour.retry_s

    async def ask(self, neighbour: Neighbour, request: str, body: bytes) -> bytes:
        """The answer to a request of gatt_words.py. Refused, and counted, when there is none."""
        return await self.talk(neighbour, lambda conversation: conversation.ask(request, body))

    async def talk(self, neighbour: Neighbour, talk: Callable[[Conversation], Awaitable[T]]) -> T:
        """What comes of a conversation with a unit. Refused, and counted, when it cannot be had."""
        name = neighbour.unit.name
        if not self.is_free(neighbour):
            self._counts.reject("ble_busy", unit=name)
            raise Refused("ble_busy")
        self._talking.add(name)
        try:
            async with self._slots:
                answer = await self._tried(neighbour, talk)
        except Refused as refused:
            self._counts.reject(refused.cause, unit=name)
            raise
        finally:
            self._talking.discard(name)
        neighbour.failures, neighbour.retry_s = 0, 0.0
        return answer

    async def _tried(self, neighbour: Neighbour, talk: Callable[[Conversation], Awaitable[T]]) -> T:
        for left in reversed(range(_TRIES)):
            try:
                answer = await self._once(neighbour, talk)
            except Refused as refused:
                await self._recovery.failed(refused.cause)
                if not left or refused.cause.startswith(_FINAL):
                    _back_off(neighbour)
                    raise
            else:
                self._recovery.worked()
                return answer
            await asyncio.sleep(_BETWEEN_S)
        raise Refused(UNREACHABLE)

    async def _once(self, neighbour: Neighbour, talk: Callable[[Conversation], Awaitable[T]]) -> T:
        if neighbour.device is None:
            raise Refused(UNREACHABLE)
        try:
            return await self._spoken(neighbour, neighbour.device, talk)
        except Refused:
            raise
        except Exception as error:  # whatever bleak and a backend of it may raise
            raise Refused(cause_of(error)) from error

    async def _spoken(
        self, neighbour: Neighbour, device: BLEDevice, talk: Callable[[Conversation], Awaitable[T]]
    ) -> T:
        gone = asyncio.Event()
        open_: list[Conversation] = []

        def lost(_: BleakClient) -> None:
            gone.set()
            for conversation in open_:
                conversation.lost()

        client = self._stack.client(device, lost)
        async with self._connecting:
            await client.connect()
        try:
            if gone.is_set():
                raise Refused(LOST)
            conversation = Conversation(client, neighbour.service_key)
            open_.append(conversation)
            try:
                await conversation.open()
            finally:
                neighbour.retry_s = asyncio.get_running_loop().time() + conversation.wait_s
            self._counts.count("ble_sessions")
            if await set_clock(conversation, self._clock):
                self._counts.count("ble_clocks_set")
            return await talk(conversation)
        finally:
            with suppress(BleakError, OSError, EOFError):  # it is over whatever becomes of the goodbye
                async with asyncio.timeout(_GOODBYE_S):
                    await client.disconnect()


def _back_off(neighbour: Neighbour) -> None:
    neighbour.failures += 1
    pause_s = min(2.0**neighbour.failures, _LONGEST_S)
    neighbour.retry_s = max(neighbour.retry_s, asyncio.get_running_loop().time() + pause_s)
