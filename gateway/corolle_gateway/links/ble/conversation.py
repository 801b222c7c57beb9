"""A session with one unit over GATT: greeting, question, answer; the gateway's, and a crew's laptop's."""

import asyncio
import secrets

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from corolle.wire import gatt_words
from corolle.wire.errors import FrameError
from corolle.wire.gatt_central import Central
from corolle.wire.words import code_of

from corolle_gateway.links.ble.refused import (
    BAD_ANSWER,
    LOST,
    NO_SERVICE,
    SESSION,
    TIMEOUT,
    Answered,
    Refused,
)
from corolle_gateway.links.lorawan.keys import Key

_ANSWER_S = 5.0
_ATT_HEAD = 3  # of a write (Core Specification, Vol 3, Part F, 3.4.5)
_ATT_MTU = (23, 517)
_NUMBERS = 256
_HEAD = 2  # of an answer: opcode and number


class Conversation:
    """On a client that is connected. Refused says why it came to nothing; what bleak raises, passes.

    `answer_s` is how long an answer may take.

    Attributes:
        was_open: both sides have proved who they are.
    """

    def __init__(self, client: BleakClient, service_key: Key, answer_s: float = _ANSWER_S):
        self._client = client
        self._answer_s = answer_s
        self._refusals: dict[str, int] = {}
        self._session = Central(service_key, Key, secrets.token_bytes, self._refusals)
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue()  # None: the connection has ended
        self._number = 0
        self.was_open = False

    @property
    def wait_s(self) -> int:
        """How long the unit wants to be left alone, in seconds; 0 unless it has said so."""
        return self._session.wait_s

    def lost(self) -> None:
        """The connection has ended."""
        self._frames.put_nowait(None)

    async def open(self) -> None:
        """Prove to each other who one is."""
        await self._client.start_notify(characteristic(self._client, gatt_words.OUTBOX), self._heard)
        frame = self._session.begin()
        while not self._session.open:
            if not frame:
                raise Refused(SESSION + next(iter(self._refusals), "silent").replace(" ", "_"))
            await self._write(frame)
            frame, _ = self._session.receive(await self._next(), 0)
        self._refusals.clear()
        self.was_open = True

    async def ask(self, request: str, body: bytes = b"") -> bytes:
        """The body of the answer to a request of gatt_words.py; Answered when that is not "done"."""
        self._number = (self._number + 1) % _NUMBERS
        code = code_of(gatt_words.REQUESTS, request)
        for frame in self._sealed(gatt_words.request(code, self._number, body)):
            await self._write(frame)
        while True:
            _, message = self._session.receive(await self._next(), 0)
            # What is too short for an answer is none of ours.
            if (
                message is not None
                and len(message) > _HEAD
                and message[:_HEAD] == bytes((code, self._number))
            ):
                return _done(message[_HEAD:])
            if self._refusals:  # a frame that is not in order: what follows it has no end
                raise Refused(SESSION + next(iter(self._refusals)).replace(" ", "_"))

    def _sealed(self, message: bytes) -> list[bytes]:
        try:
            return list(self._session.send(message, mtu(self._client)))
        except FrameError as error:
            raise Refused(SESSION + error.cause.replace(" ", "_")) from error

    async def _write(self, frame: bytes) -> None:
        inbox = characteristic(self._client, gatt_words.INBOX)
        await self._client.write_gatt_char(inbox, frame, response=True)

    async def _next(self) -> bytes:
        try:
            async with asyncio.timeout(self._answer_s):
                frame = await self._frames.get()
        except TimeoutError as error:
            raise Refused(TIMEOUT) from error
        if frame is None:
            raise Refused(LOST)
        return frame

    def _heard(self, _: BleakGATTCharacteristic, frame: bytearray) -> None:
        self._frames.put_nowait(bytes(frame))


def characteristic(client: BleakClient, uuid: str) -> BleakGATTCharacteristic:
    """One of a unit's. Refused when it has none of that number."""
    found = client.services.get_characteristic(uuid)
    if found is None:
        raise Refused(NO_SERVICE)
    return found


def mtu(client: BleakClient) -> int:
    """ATT_MTU of a connection: BlueZ tells it by the longest write only."""
    longest = characteristic(client, gatt_words.INBOX).max_write_without_response_size + _ATT_HEAD
    return min(max(longest, _ATT_MTU[0]), _ATT_MTU[1])


def _done(body: bytes) -> bytes:
    """The body of an answer after its outcome; Answered with the outcome's word unless that is "done"."""
    outcomes = gatt_words.OUTCOMES.split("|")
    if body[0] >= len(outcomes):
        raise Refused(BAD_ANSWER)
    if body[0]:
        raise Answered(outcomes[body[0]], body[1:])
    return body[1:]
