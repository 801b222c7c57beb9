"""A crew's connection to a unit: its identity in the clear, then sealed questions and answers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bleak import BleakClient
from bleak.exc import BleakBluetoothNotAvailableError, BleakError
from corolle.wire import gatt_words
from corolle_gateway.links.ble.conversation import Conversation, characteristic, mtu
from corolle_gateway.links.ble.refused import LOST, NO_SERVICE, SESSION, TIMEOUT, Answered
from corolle_gateway.links.ble.refused import Refused as UnitRefused

from corolle_tools.ble.adverts import Sighting
from corolle_tools.ble.faults import BleFault, Busy, Lost, NotInRange, Refused, WrongKey
from corolle_tools.ble.keyring import Known
from corolle_tools.ble.printable import printable
from corolle_tools.ble.radio import Radio, unusable

_CONNECT_S = 15.0
_ANSWER_S = 10.0
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
        self._talk: Conversation | None = None
        self._is_lost = False

    def gone(self) -> None:
        """The connection has ended."""
        self._is_lost = True
        if self._talk:
            self._talk.lost()

    async def identity(self) -> Identity:
        """Who it is. Nobody has to prove anything for that."""
        numbers = gatt_words.MODEL, gatt_words.SERIAL, gatt_words.FIRMWARE
        uuids = [f"0000{number:04x}-0000-1000-8000-00805f9b34fb" for number in numbers]
        with self._told("was read"):
            found = [characteristic(self._client, uuid) for uuid in uuids]
            told = [bytes(await self._client.read_gatt_char(each)) for each in found]
        return Identity(*(value.decode(errors="replace") for value in told))

    @property
    def mtu(self) -> int:
        """ATT_MTU."""
        with self._told("was asked"):
            return mtu(self._client)

    async def greet(self, unit: Known) -> None:
        """Prove to each other that both have the key. WrongKey, Busy."""
        self._talk = Conversation(self._client, unit.service, _ANSWER_S)
        if self._is_lost:
            self._talk.lost()
        with self._told("was greeted"):
            await self._talk.open()

    async def ask(self, request: str, body: bytes = b"") -> bytes:
        """The body of an answer. Refused when the unit says no, Busy, Lost."""
        if self._talk is None:
            raise ValueError(f"{self.name} was asked before it was greeted")
        try:
            with self._told(f"answered {request!r}"):
                return await self._talk.ask(request, body)
        except Answered as no:
            raise _said_no(self.name, request, no.outcome, no.body) from no

    @contextlib.contextmanager
    def _told(self, doing: str):
        """What goes wrong meanwhile, in words of somebody under the post."""
        try:
            yield
        except Answered:
            raise
        except UnitRefused as refused:
            raise self._fault(refused.cause, doing) from refused
        except (BleakError, OSError, EOFError) as error:
            if not self._client.is_connected:
                raise self._ended(doing) from error
            raise Lost(f"{self.name}: {error}") from error

    def _fault(self, cause: str, doing: str) -> BleFault:
        if cause == TIMEOUT:
            return Lost(f"{self.name} fell silent before it {doing}")
        if cause == LOST:
            return self._ended(doing)
        if cause == NO_SERVICE:
            return Refused(
                f"{self.name} offers no service for crews: is it a unit, and its firmware new enough?"
            )
        if not self._is_greeted:
            return self._shut_out()
        return Lost(
            f"{self.name}: what came is not in order ({cause.removeprefix(SESSION).replace('_', ' ')})"
        )

    @property
    def _is_greeted(self) -> bool:
        return self._talk is not None and self._talk.was_open

    def _ended(self, doing: str) -> BleFault:
        if not self._is_greeted:
            return Busy(
                f"{self.name} hung up before it {doing}: somebody else is connected to it; "
                "who says nothing for a minute is put out"
            )
        return Lost(f"{self.name}: the connection was lost before it {doing}")

    def _shut_out(self) -> WrongKey:
        if self._talk and self._talk.wait_s:
            return WrongKey(
                f"{self.name} answers nobody for {self._talk.wait_s} s more: "
                "somebody had a wrong key; try again then"
            )
        return WrongKey(
            f"{self.name} has another key than the keys file: "
            "was it provisioned anew, or is the file another site's?"
        )


@contextlib.asynccontextmanager
async def connected(radio: Radio, sighting: Sighting) -> AsyncIterator[Link]:
    """Connect to a unit that was heard. NotInRange when that does not work, NoAdapter without an adapter."""
    link: Link | None = None

    def gone() -> None:
        if link:
            link.gone()

    client = radio.client(sighting.device, gone)
    link = Link(client, sighting.name)
    try:
        await asyncio.wait_for(client.connect(), _CONNECT_S)
    except (BleakBluetoothNotAvailableError, EOFError) as error:
        raise unusable(radio.adapter, error) from error
    except (BleakError, OSError) as error:
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
