"""The units that may be heard: whose advert it is, and whether it is a new one."""

import asyncio
from collections import OrderedDict

from bleak.backends.device import BLEDevice
from corolle.wire import bthome_reader
from corolle.wire.derive import BIND, SERVICE, derive
from corolle.wire.errors import FrameError
from msgspec import Struct, field

from corolle_gateway.links.ble.refused import Refused, Revoked
from corolle_gateway.links.lorawan.keys import Key
from corolle_gateway.model import Unit, UnitsChange

_PACKET_ID = 0
_MARK_BYTES = 8
_IGNORED_S = 60.0  # whoever is none of ours is not looked at again for so long
_MOST_IGNORED = 1024
_TRIALS_A_S = 1000  # decryptions to find out who somebody is: some milliseconds a hundred on a Raspberry Pi


class Neighbour(Struct, eq=False):
    """A unit as the link knows it. Its repr leaves the keys out."""

    unit: Unit
    bind_key: Key
    service_key: Key
    key_mark: bytes
    counter: int = -1  # of the last advert that was believed
    device: BLEDevice | None = None
    heard_s: float = 0.0
    rssi_dbm: float = 0.0
    readings: dict[int, list[float]] = field(
        default_factory=dict
    )  # by BTHome's object id, since the last told
    gathering_s: float = 0.0  # since when
    asked_s: float = 0.0  # for its report
    failures: int = 0  # of connections, in a row
    retry_s: float = 0.0  # by the event loop's clock: no connection before

    @property
    def message_key(self) -> str:
        """What names the last advert for ever: a counter never comes twice under one key."""
        return f"b{self.key_mark[:2].hex()}-{self.counter}"

    def __repr__(self) -> str:
        return f"Neighbour({self.unit.name!r})"


class Neighbours:
    """All units by name, and by the address of those that were heard."""

    def __init__(self) -> None:
        self.by_name: dict[str, Neighbour] = {}
        self._by_address: dict[str, Neighbour] = {}
        self._last: dict[str, bytes] = {}
        self._ignored: OrderedDict[str, float] = OrderedDict()
        self._second = 0
        self._trials = 0

    def load(self, units: list[tuple[Unit, bytes]], counters: dict[str, tuple[bytes, int]]) -> None:
        """Know these units. A counter that was stored under another key of the unit's means nothing now."""
        for unit, app_key in units:
            neighbour = _made(unit, Key(app_key))
            key_mark, counter = counters.get(unit.name, (b"", -1))
            if key_mark == neighbour.key_mark:
                neighbour.counter = counter
            self.by_name[unit.name] = neighbour

    def follow(self, change: UnitsChange) -> None:
        """Other units are known: who has another key is another one, who is lost is near nobody."""
        for unit, app_key in change.everyone:
            if unit.name in change.changed:
                self._replace(_made(unit, Key(app_key)))
        self._ignored.clear()  # who was a stranger may be one of ours

    def _replace(self, neighbour: Neighbour) -> None:
        name = neighbour.unit.name
        before = self.by_name.get(name)
        if before and before.key_mark == neighbour.key_mark:
            if not neighbour.unit.revoked:
                before.unit = neighbour.unit
                return
            neighbour.counter = before.counter
        self.by_name[name] = neighbour
        for address in [address for address, each in self._by_address.items() if each is before]:
            del self._by_address[address]
            self._last.pop(address, None)

    def read(self, address: str, data: bytes) -> tuple[Neighbour, list[tuple[int, float]]] | None:
        """Whose advert this is and the readings in it; None for one that was read or found strange before.

        Refused when it is none of ours, forged, or an old one; Revoked when its unit is lost. The address is
        the one that it came from.
        """
        known = self._by_address.get(address)
        if self._last.get(address) == data or (known is None and self._is_ignored(address)):
            return None
        if known is None:
            neighbour, counter, readings = self._identify(address, data)
        else:
            self._last[address] = data
            neighbour, (counter, readings) = known, _opened(known, address, data)
        self._by_address[address] = neighbour
        self._last[address] = data
        neighbour.counter = counter
        if neighbour.unit.revoked:
            raise Revoked(neighbour.unit.name)
        return neighbour, readings

    def _identify(self, address: str, data: bytes) -> tuple[Neighbour, int, list[tuple[int, float]]]:
        self._open_trials()
        for neighbour in sorted(self.by_name.values(), key=_is_heard):
            self._trials += 1
            try:
                return neighbour, *_opened(neighbour, address, data)
            except Refused as refused:
                if refused.cause in _STRANGE:
                    self._ignore(address)
                if refused.cause != "ble_bad_mic":
                    raise
        self._ignore(address)
        raise Refused("ble_stranger")

    def _open_trials(self) -> None:
        second = int(asyncio.get_running_loop().time())
        if second != self._second:
            self._second, self._trials = second, 0
        if self._trials >= _TRIALS_A_S:
            raise Refused("ble_crowded")

    def _ignore(self, address: str) -> None:
        self._ignored[address] = asyncio.get_running_loop().time() + _IGNORED_S
        if len(self._ignored) > _MOST_IGNORED:
            self._ignored.popitem(last=False)

    def _is_ignored(self, address: str) -> bool:
        until_s = self._ignored.get(address)
        if until_s is None:
            return False
        if asyncio.get_running_loop().time() < until_s:
            return True
        del self._ignored[address]
        return False


def _is_heard(neighbour: Neighbour) -> bool:
    """Units have one address each: who comes with a new one is hardly one that was heard with another."""
    return neighbour.device is not None


def _made(unit: Unit, app_key: Key) -> Neighbour:
    bind_key = Key(derive(app_key, BIND))
    # What is stored beside a counter tells that the key is the same, and nothing of the key.
    return Neighbour(unit, bind_key, Key(derive(app_key, SERVICE)), bind_key.cmac(b"mark")[:_MARK_BYTES])


def _opened(neighbour: Neighbour, address: str, data: bytes) -> tuple[int, list[tuple[int, float]]]:
    """(counter, readings). The packet id, which has to fit the counter, makes forgery 256 times as hard."""
    try:
        mac = bytes.fromhex(address.replace(":", ""))
        counter, readings = bthome_reader.read(data, neighbour.bind_key, mac, neighbour.counter)
    except FrameError as error:
        raise Refused(_CAUSES[error.cause]) from error
    if dict(readings).get(_PACKET_ID) != counter & 0xFF:
        raise Refused("ble_bad_packet_id")
    return counter, [reading for reading in readings if reading[0] != _PACKET_ID]


# What no key is needed to see.
_STRANGE = ("ble_bad_length", "ble_not_encrypted")

_CAUSES = {
    "length": "ble_bad_length",
    "not encrypted": "ble_not_encrypted",
    "mic": "ble_bad_mic",
    "repeated": "ble_repeated",
    "replayed": "ble_replayed",
    "unknown object": "ble_unknown_object",
    "order": "ble_bad_order",
}
