"""A crew's connection to a unit: its identity in the clear, then sealed questions and answers."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bleak import BleakClient
from bleak.exc import BleakBluetoothNotAvailableError, BleakError
from corolle.wire import gatt_words
from corolle.wire.errors import FrameError
from corolle.wire.gatt_central import Central
from corolle.wire.words import code_of, word_of
from corolle_gateway.links.lorawan.keys import Key

from corolle_tools.ble.adverts import Sighting
from corolle_tools.ble.faults import BleFault, Busy, Lost, NotInRange, Refused, WrongKey
from corolle_tools.ble.keyring import Known
from corolle_tools.ble.printable import printable
from corolle_tools.ble.radio import Radio, unusable

_CONNECT_S = 15.0
_ANSWER_S = 10.0
_ANSWER_HEAD = 2  # opcode and number; an outcome follows
_ATT_HEAD = 3  # of a write, beside its value
_MTUS = 23, 517  # the least there is, and the most
_ADVICE = {
    "unknown request": "its firmware is older than this command",
    "malformed": "its firmware reads it differently: take the same version for both",
    "not fitted": "it has no such part",
}


@dataclass(frozen=True)
class Identity:
    """What a unit tells everybody of itself."""

    kind: str
    dev_eui: str
    firmware: str


class Link:
    """A connected unit; `name` is what people call it."""

    def __init__(self, client: BleakClient, name: str):
        self.name = name
        self._client = client
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue()  # None: the connection is gone
        self._refused: dict[str, int] = {}
        self._session: Central | None = None
        self._number = 0

    def gone(self) -> None:
        """The connection has ended."""
        self._frames.put_nowait(None)

    async def identity(self) -> Identity:
        """Who it is. Nobody has to prove anything for that."""
        numbers = gatt_words.MODEL, gatt_words.SERIAL, gatt_words.FIRMWARE
        uuids = [f"0000{number:04x}-0000-1000-8000-00805f9b34fb" for number in numbers]
        with self._lost_where("was read"):
            told = [bytes(await self._client.read_gatt_char(self._found(uuid))) for uuid in uuids]
        return Identity(*(value.decode(errors="replace") for value in told))

    @property
    def mtu(self) -> int:
        """ATT_MTU: BlueZ tells it by the longest write only."""
        longest = self._found(gatt_words.INBOX).max_write_without_response_size + _ATT_HEAD
        return min(max(longest, _MTUS[0]), _MTUS[1])

    async def greet(self, unit: Known) -> None:
        """Prove to each other that both have the key. WrongKey, Busy."""
        session = Central(unit.service, Key, secrets.token_bytes, self._refused)
        with self._lost_where("was greeted"):
            outbox = self._found(gatt_words.OUTBOX)
            await self._client.start_notify(outbox, lambda _, frame: self._frames.put_nowait(bytes(frame)))
        frame = session.begin()
        while frame:
            await self._write(frame)
            frame, _ = session.receive(await self._next("was greeted"), 0)
        if not session.open:
            raise self._shut_out(session.wait_s)
        self._session = session

    async def ask(self, request: str, body: bytes = b"") -> bytes:
        """The body of an answer. Refused when the unit says no, Busy, Lost."""
        self._number = (self._number + 1) % 256
        code = code_of(gatt_words.REQUESTS, request)
        for frame in self._sealed(gatt_words.request(code, self._number, body)):
            await self._write(frame)
        while True:
            answered, number, rest = await self._message(request)
            if (answered, number) == (code, self._number):
                break
        outcome = word_of(gatt_words.OUTCOMES, rest[0])
        if outcome == "done":
            return rest[1:]
        raise _said_no(self.name, request, outcome, rest[1:])

    def _sealed(self, message: bytes) -> list[bytes]:
        if self._session is None:
            raise ValueError(f"{self.name} was asked before it was greeted")
        try:
            return list(self._session.send(message, self.mtu))
        except FrameError as error:
            raise Lost(f"{self.name}: the session has ended ({error.cause})") from error

    async def _message(self, request: str) -> tuple[int, int, bytes]:
        """The next whole message; a frame that is not in order ends the connection's use."""
        session = self._session
        while session:
            frame = await self._next(f"answered {request!r}")
            message = session.receive(frame, 0)[1]
            if self._refused:
                break
            # What is too short for an answer is none of ours.
            if message is not None and len(message) > _ANSWER_HEAD:
                return gatt_words.split(message)
        raise Lost(f"{self.name}: what came is not in order ({', '.join(self._refused)})")

    async def _write(self, frame: bytes) -> None:
        with self._lost_where("was told"):
            await self._client.write_gatt_char(self._found(gatt_words.INBOX), frame, response=True)

    async def _next(self, doing: str) -> bytes:
        try:
            frame = await asyncio.wait_for(self._frames.get(), _ANSWER_S)
        except TimeoutError:
            raise Lost(f"{self.name} fell silent before it {doing}") from None
        if frame is None:
            raise self._ended(doing)
        return frame

    def _ended(self, doing: str) -> BleFault:
        if self._session is None:
            return Busy(
                f"{self.name} hung up before it {doing}: somebody else is connected to it; "
                "who says nothing for a minute is put out"
            )
        return Lost(f"{self.name}: the connection was lost before it {doing}")

    def _shut_out(self, wait_s: int) -> WrongKey:
        if wait_s:
            return WrongKey(
                f"{self.name} answers nobody for {wait_s} s more: somebody had a wrong key; try again then"
            )
        return WrongKey(
            f"{self.name} has another key than the keys file: "
            "was it provisioned anew, or is the file another site's?"
        )

    def _found(self, uuid: str):
        characteristic = self._client.services.get_characteristic(uuid)
        if characteristic is None:
            raise Refused(
                f"{self.name} offers no service for crews: is it a unit, and its firmware new enough?"
            )
        return characteristic

    @contextlib.contextmanager
    def _lost_where(self, doing: str):
        try:
            yield
        except (BleakError, OSError, EOFError) as error:
            if not self._client.is_connected:
                raise self._ended(doing) from error
            raise Lost(f"{self.name}: {error}") from error


@contextlib.asynccontextmanager
async def connected(radio: Radio, sighting: Sighting) -> AsyncIterator[Link]:
    """Connect to a unit that was heard. NotInRange when that does not work."""
    link: Link | None = None

    def gone() -> None:
        if link:
            link.gone()

    client = radio.client(sighting.device, gone)
    link = Link(client, sighting.name)
    try:
        await asyncio.wait_for(client.connect(), _CONNECT_S)
    except BleakBluetoothNotAvailableError as error:
        raise unusable("", error) from error
    except (BleakError, OSError, EOFError) as error:
        raise NotInRange(
            f"{sighting.name} is heard with {sighting.rssi_dbm} dBm and does not answer "
            f"({str(error) or 'no time left'}): "
            "go nearer, or somebody else is connected to it"
        ) from error
    try:
        yield link
    finally:
        with contextlib.suppress(BleakError, OSError, EOFError):
            await client.disconnect()


def _said_no(name: str, request: str, outcome: str, why: bytes) -> BleFault:
    if outcome == "busy":
        return Busy(f"{name} has no time for {request!r} now: try again in a moment")
    told = printable(why.decode(errors="replace")) or _ADVICE.get(outcome, "")
    return Refused(f"{name}: {request}: {outcome}" + (f": {told}" if told else ""))
