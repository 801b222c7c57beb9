"""A session with one unit over GATT, as a crew's phone would have it: greeting, question, answer."""

import asyncio
import secrets

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from corolle.wire import gatt_words
from corolle.wire.errors import FrameError
from corolle.wire.gatt_central import Central

from corolle_gateway.links.ble.refused import LOST, TIMEOUT, Refused
from corolle_gateway.links.lorawan.keys import Key

_ANSWER_S = 5.0
_ATT_HEAD = 3  # of a write (Core Specification, Vol 3, Part F, 3.4.5)
_ATT_MTU = (23, 517)
_NUMBERS = 256


class Conversation:
    """On a client that is connected. Refused says why it came to nothing.

    `wait_s` is how long the unit wants to be left alone, if it has said so.
    """

    def __init__(self, client: BleakClient, service_key: Key):
        self._client = client
        self._refusals: dict[str, int] = {}
        self._session = Central(service_key, Key, secrets.token_bytes, self._refusals)
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._number = 0

    @property
    def wait_s(self) -> int:
        """Seconds."""
        return self._session.wait_s

    def lost(self) -> None:
        """The connection has ended."""
        self._frames.put_nowait(None)

    async def open(self) -> None:
        """Prove to each other who one is."""
        self._inbox = self._characteristic(gatt_words.INBOX)
        await self._client.start_notify(self._characteristic(gatt_words.OUTBOX), self._heard)
        frame = self._session.begin()
        while not self._session.open:
            if not frame:
                raise Refused("ble_session_" + next(iter(self._refusals), "silent").replace(" ", "_"))
            await self._write(frame)
            frame, _ = self._session.receive(await self._next(), 0)

    async def ask(self, code: int, body: bytes) -> bytes:
        """A request of gatt_words.py; the answer's body."""
        self._number = (self._number + 1) % _NUMBERS
        room = self._inbox.max_write_without_response_size + _ATT_HEAD
        mtu = min(max(room, _ATT_MTU[0]), _ATT_MTU[1])
        for frame in self._session.send(gatt_words.request(code, self._number, body), mtu):
            await self._write(frame)
        while True:
            _, message = self._session.receive(await self._next(), 0)
            if message is not None and message[:2] == bytes((code, self._number)):
                return _done(message)

    async def _write(self, frame: bytes) -> None:
        await self._client.write_gatt_char(self._inbox, frame, response=True)

    async def _next(self) -> bytes:
        try:
            async with asyncio.timeout(_ANSWER_S):
                frame = await self._frames.get()
        except TimeoutError as error:
            raise Refused(TIMEOUT) from error
        if frame is None:
            raise Refused(LOST)
        return frame

    def _heard(self, _: BleakGATTCharacteristic, frame: bytearray) -> None:
        self._frames.put_nowait(bytes(frame))

    def _characteristic(self, uuid: str) -> BleakGATTCharacteristic:
        found = self._client.services.get_characteristic(uuid)
        if found is None:
            raise Refused("ble_no_service")
        return found


def _done(message: bytes) -> bytes:
    """The body of an answer; Refused with the outcome's word unless that is "done"."""
    try:
        _, _, body = gatt_words.split(message)
        outcome = gatt_words.OUTCOMES.split("|")[body[0]]
    except (FrameError, IndexError) as error:
        raise Refused("ble_bad_answer") from error
    if outcome != "done":
        raise Refused("ble_answer_" + outcome.replace(" ", "_"))
    return body[1:]
