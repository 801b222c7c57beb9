"""What the gateway's rooms hand each other: plain typed structs.

Times are unix seconds of the street's clock, EUIs lower-case hexadecimal as printed on a label.
"""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from math import inf

from corolle.wire.sanitary_record import Record
from msgspec import Struct

from corolle_gateway.pending import Pending

# Where a unit's wrapping counters stand, by field: (last raw steps, total steps).
Counters = dict[str, tuple[int, int]]
RAW_UNKNOWN = -1  # as the last raw steps: another controller counts from now on

# Runs inside the transaction that stores a message and says whether the message may be stored at all:
# so a link's replay protection and the report it lets through are committed together or not at all.
Guard = Callable[[sqlite3.Connection], bool]


class Unit(Struct, frozen=True):
    """One piece of furniture in the registry."""

    name: str
    kind: str  # lamp | canopy
    site: str
    dev_eui: str
    join_eui: str
    lat_deg: float
    lon_deg: float
    radio_class: str  # LoRaWAN class: A | C
    groups: tuple[str, ...] = ()  # besides its site; later ones go before earlier ones
    revoked: bool = False  # lost: whoever has its keys now is none of ours


class Registration(Struct, frozen=True):
    """A unit and its AppKey. The repr leaves the key out."""

    unit: Unit
    app_key: bytes

    def __repr__(self) -> str:
        return f"Registration({self.unit.name!r})"


class UnitsChange(Struct, frozen=True):
    """What another list of units has made of those that were known. The repr leaves the keys out.

    `everyone`: all units that are known now with their AppKeys, revoked ones as well. `changed`: who is new,
    or not as before; of these `anew`: who has another controller, or another key.
    """

    everyone: list[tuple[Unit, bytes]]
    changed: frozenset[str]
    anew: frozenset[str]

    @property
    def in_service(self) -> dict[str, Unit]:
        """By name, those that are not revoked."""
        return {unit.name: unit for unit, _ in self.everyone if not unit.revoked}

    def __repr__(self) -> str:
        return f"UnitsChange({sorted(self.changed)})"


class Radio(Struct, frozen=True, gc=False):
    """How well an uplink was heard, by the best of the concentrators that heard it."""

    rssi_dbm: float
    snr_db: float
    dr: int
    freq_hz: int
    gateway_count: int


class BleRadio(Struct, frozen=True):
    """How well the gateway's own Bluetooth heard a unit."""

    rssi_dbm: float


class Uplink(Struct, frozen=True, gc=False):
    """An authentic, decrypted message of a unit. `key` names it for ever among the unit's own."""

    unit: Unit
    key: str
    port: int
    payload: bytes
    time_s: float
    radio: Radio | BleRadio


# An uplink, and what has to be so for it to be stored.
Arrival = tuple[Uplink, Guard]


class Sensed(Struct, frozen=True):
    """What a unit's adverts said lately: by BTHome's object id, all readings of it."""

    unit: Unit
    key: str
    readings: dict[int, list[float]]
    time_s: float
    radio: BleRadio


class Accepted(Struct, gc=False):
    """An uplink on its way into the store. `stored` is True once it is committed, False for a replay."""

    message_id: int | None  # None: nothing to publish
    stored: Pending[bool]


class Downlink(Struct, frozen=True):
    """A message for a unit, and the command it carries."""

    unit: Unit
    port: int
    payload: bytes
    command_id: str
    confirmed: bool = False  # the unit is to say that it heard it, whatever it makes of it
    until_s: float = inf  # from then on it is worth nothing


class Sent(Struct, frozen=True):
    """What became of a downlink at the link: on the air, or why not."""

    ok: bool
    reason: str = ""


class Command(Struct):
    """An order of the city's, from acceptance to its end."""

    unit: str
    id: str
    wire_id: int  # the 16-bit number it has on the air
    verb: str
    value: int
    until_s: float
    author: str
    status: str
    reason: str
    created_s: float
    attempts: int = 0
    group: str = ""  # whom the city has ordered, where it was not this unit alone


# A command is open until it reaches one of the others: acknowledged, refused, failed, expired.
OPEN_STATUSES = ("accepted", "queued", "sent")


class SanitaryEntry(Struct, frozen=True):
    """A record of a sanitary log as the store keeps it: whose it is, and when it came."""

    unit: str
    dev_eui: str  # of the controller that wrote it: the log is its own
    received_s: float
    record: Record


class SessionRecord(Struct):
    """A LoRaWAN session as the store keeps it. Its repr leaves the keys out."""

    unit: str
    dev_addr: int
    nwk_skey: bytes
    app_skey: bytes
    join_nonce: int
    id: int = 0
    f_cnt_up: int = 0  # the smallest counter that is still accepted
    f_cnt_down: int = 0  # the smallest counter that was never reserved
    active: bool = False  # an uplink has been received: the unit has accepted this session
    gateway: str = ""  # EUI of the concentrator that brought the last uplink
    link: bytes = b""  # what is known of its way through the air

    def __repr__(self) -> str:
        return f"SessionRecord(id={self.id}, unit={self.unit!r}, dev_addr={self.dev_addr:08x})"


class LinkStatus(Struct, frozen=True):
    """What a unit says of itself to its network (DevStatusAns, LoRaWAN 1.0.4, 5.5)."""

    battery: int  # 0 external power, 1 to 254 of full, 255 unknown
    snr_db: int  # of the downlink that asked
    missing: tuple[str, ...] = ()  # what the network has asked of it in vain so far
    refused: tuple[str, ...] = ()  # what it will not do


class ChirpstackSession(Struct):
    """A session that ChirpStack keeps, and how far its uplinks have been stored here."""

    unit: str
    dev_addr: str
    application: str  # ChirpStack's id of the application the unit belongs to
    f_cnt_up: int = 0  # the smallest counter that is still accepted


class GroupRecord(Struct):
    """A multicast group as the store keeps it. Its repr leaves the key out."""

    name: str
    address: int
    key: bytes
    f_cnt: int = 0  # the smallest counter that was never reserved

    def __repr__(self) -> str:
        return f"GroupRecord({self.name!r}, address={self.address:08x})"


class Airtime(Struct, frozen=True):
    """One transmission in a concentrator's duty ledger."""

    gateway: str
    band: str
    time_s: float
    airtime_us: int


class OutboxRow(Struct, frozen=True, gc=False):
    """A committed message that the broker has not acknowledged yet."""

    id: int
    unit: str
    kind: str  # report | service | reading | event | ack | sanitary | settings
    body: bytes


def unix_s(time: str) -> float:
    """What iso_utc() was given."""
    return datetime.fromisoformat(time).timestamp()


def iso_utc(time_s: float) -> str:
    """A unix time in ISO 8601, to the millisecond."""
    whole_s, us = divmod(round(time_s * 1e6), 1_000_000)
    return f"{_second(whole_s)}.{us // 1000:03d}Z"


@lru_cache(maxsize=4)
def _second(unix_s: int) -> str:
    """Many messages are of the same second, and telling a date apart takes longer than the rest."""
    return datetime.fromtimestamp(unix_s, UTC).isoformat().removesuffix("+00:00")
