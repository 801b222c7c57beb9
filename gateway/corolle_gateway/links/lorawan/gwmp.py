"""The Semtech UDP protocol, version 2 (GWMP): datagrams between a packet forwarder and its server.

Source: PROTOCOL.TXT of Semtech's packet_forwarder. Nobody authenticates anybody in it: it belongs on the
loopback address or in a tunnel.
"""

import binascii
from functools import lru_cache
from typing import Annotated

import msgspec
from corolle.wire import eu868
from msgspec import Meta, Raw, Struct

from corolle_gateway.links.lorawan.refused import Refused

VERSION = 2
PUSH_DATA, PUSH_ACK, PULL_DATA, PULL_RESP, PULL_ACK, TX_ACK = range(6)
_TAKEN = frozenset((PUSH_DATA, PULL_DATA, TX_ACK))
_ACKNOWLEDGED_BY = {PUSH_DATA: PUSH_ACK, PULL_DATA: PULL_ACK}

_HEADER = 4
_WITH_EUI = 12
_DATA_RATES = {
    f"SF{sf}BW{bw_hz // 1000}": dr
    for dr in range(eu868.MAX_DATA_RATE + 1)
    for sf, bw_hz in (eu868.modulation(dr),)
}
_DATR = {dr: datr for datr, dr in _DATA_RATES.items()}
_CRC_GOOD = 1
_LONGEST_PHY = 255  # what a LoRa radio's length byte can say


class Datagram(Struct, frozen=True, gc=False):
    """A datagram from a packet forwarder, its JSON not read yet."""

    kind: int
    token: bytes
    gateway: str
    body: bytes


class Reception(Struct, frozen=True, gc=False):
    """A frame as one concentrator heard it. `tmst` is its counter of microseconds, modulo 2**32."""

    gateway: str
    phy: bytes
    tmst: int
    freq_hz: int
    dr: int
    rssi_dbm: float
    snr_db: float
    gps_ms: int | None


class Transmission(Struct, frozen=True):
    """A frame to send at `tmst`, or at once (None)."""

    phy: bytes
    tmst: int | None
    freq_hz: int
    dr: int
    power_dbm: int


class _Rxpk(Struct, gc=False):
    tmst: Annotated[int, Meta(ge=0, lt=2**32)]
    freq: Annotated[float, Meta(ge=0, le=10_000)]
    datr: str | int
    rssi: Annotated[float, Meta(ge=-300, le=100)]
    data: str
    lsnr: Annotated[float, Meta(ge=-100, le=100)] = 0.0
    stat: int = _CRC_GOOD
    size: int | None = None
    tmms: Annotated[int, Meta(ge=0, lt=2**53)] | None = None


class _PushData(Struct, gc=False):
    rxpk: list[_Rxpk] | None = None
    stat: Raw | None = None


class _PushDataApart(Struct):
    rxpk: list[Raw] = []


class _TxAck(Struct):
    error: str = "NONE"


class _TxAckBody(Struct):
    txpk_ack: _TxAck


_push_data = msgspec.json.Decoder(_PushData)
_push_data_apart = msgspec.json.Decoder(_PushDataApart)
_rxpk = msgspec.json.Decoder(_Rxpk)
_tx_ack = msgspec.json.Decoder(_TxAckBody)
_encoder = msgspec.json.Encoder()


def parse(datagram: bytes) -> Datagram:
    """Read a datagram's header. Refused: too_short, bad_version, unknown_packet."""
    if len(datagram) >= _WITH_EUI and datagram[0] == VERSION and (kind := datagram[3]) in _TAKEN:
        return Datagram(kind, datagram[1:3], datagram[_HEADER:_WITH_EUI].hex(), datagram[_WITH_EUI:])
    if len(datagram) < _HEADER:
        raise Refused("too_short")
    if datagram[0] != VERSION:
        raise Refused("bad_version")
    raise Refused("too_short" if datagram[3] in _TAKEN else "unknown_packet")


def receptions(datagram: Datagram) -> list[Reception | Refused]:
    """The frames in a PUSH_DATA, each read or refused by itself. Refused (raised): bad_json, no_packets."""
    try:
        said = _push_data.decode(datagram.body)
    except msgspec.ValidationError:
        return _one_by_one(datagram)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("bad_json") from error
    if said.rxpk is None and said.stat is None:
        raise Refused("no_packets")
    return [_reception(datagram.gateway, packet) for packet in said.rxpk or ()]


def tx_error(datagram: Datagram) -> str:
    """What a TX_ACK says: "NONE", or why the frame is not sent. Refused: bad_json."""
    if not datagram.body:
        return "NONE"
    try:
        return _tx_ack.decode(datagram.body).txpk_ack.error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("bad_json") from error


def acknowledgement(datagram: Datagram) -> bytes:
    """The PUSH_ACK or PULL_ACK to a datagram."""
    return b"%c%b%c" % (VERSION, datagram.token, _ACKNOWLEDGED_BY[datagram.kind])


def pull_resp(token: bytes, transmission: Transmission) -> bytes:
    """A PULL_RESP. Downlinks are sent with inverted IQ and without a CRC (LoRaWAN 1.0.4, 3.2)."""
    when = {"imme": True} if transmission.tmst is None else {"tmst": transmission.tmst}
    txpk = {
        **when,
        "freq": transmission.freq_hz / 1e6,
        "rfch": 0,
        "powe": transmission.power_dbm,
        "modu": "LORA",
        "datr": _DATR[transmission.dr],
        "codr": "4/5",
        "ipol": True,
        "ncrc": True,
        "size": len(transmission.phy),
        "data": binascii.b2a_base64(transmission.phy, newline=False).decode(),
    }
    return bytes((VERSION,)) + token + bytes((PULL_RESP,)) + _encoder.encode({"txpk": txpk})


def _one_by_one(datagram: Datagram) -> list[Reception | Refused]:
    """One packet with a wrong field must not take those beside it along."""
    try:
        apart = _push_data_apart.decode(datagram.body).rxpk
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("bad_json") from error
    return [_single(datagram.gateway, raw) for raw in apart]


def _single(gateway: str, raw: Raw) -> Reception | Refused:
    try:
        packet = _rxpk.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Refused("bad_rxpk")
    return _reception(gateway, packet)


def _reception(gateway: str, packet: _Rxpk) -> Reception | Refused:
    if packet.stat != _CRC_GOOD:
        return Refused("crc_bad")
    channel = _channel(packet.datr, packet.freq)
    if isinstance(channel, str):
        return Refused(channel)
    try:
        phy = binascii.a2b_base64(packet.data, strict_mode=True)
    except ValueError:  # also what is not ASCII
        return Refused("bad_base64")
    if len(phy) > _LONGEST_PHY:
        return Refused("frame_too_long")
    if packet.size is not None and packet.size != len(phy):
        return Refused("bad_size")
    return Reception(gateway, phy, packet.tmst, *channel, packet.rssi, packet.lsnr, packet.tmms)


@lru_cache(maxsize=256)
def _channel(datr: str | int, freq_mhz: float) -> tuple[int, int] | str:
    """(frequency in Hz, data rate), or why no frame of ours can have come so."""
    dr = _DATA_RATES.get(datr) if isinstance(datr, str) else None
    if dr is None:
        return "unknown_data_rate"
    freq_hz = 100 * round(freq_mhz * 10_000)
    return (freq_hz, dr) if eu868.sub_band(freq_hz) is not None else "unknown_frequency"
