"""Datagrams of the Semtech UDP protocol, version 2, as a packet forwarder writes and reads them.

Source: "Basic communication protocol between LoRa gateway and server" (PROTOCOL of the packet forwarder).
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from corolle.wire.airtime import low_data_rate

from corolle_hil.world.flight import Reception
from corolle_hil.world.lora import Signal

VERSION = 2
PUSH_DATA, PUSH_ACK, PULL_DATA, PULL_RESP, PULL_ACK, TX_ACK = range(6)
_SYNC_WORD_PUBLIC = 0x34
_DATA_RATE = re.compile(r"SF([7-9]|1[0-2])BW(125|250|500)")
_CODING_RATE = re.compile(r"4/([5-8])")


class DatagramError(ValueError):
    """A datagram that means nothing to a packet forwarder; the message is its cause."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a PULL_RESP asks for: `tmst` None is immediately."""

    signal: Signal
    tmst: int | None


def datagram(kind: int, token: int, eui: bytes, body: dict | None = None) -> bytes:
    """A datagram to the server."""
    text = json.dumps(body, separators=(",", ":")).encode() if body else b""
    return bytes([VERSION]) + token.to_bytes(2, "big") + bytes([kind]) + eui + text


def split(data: bytes) -> tuple[int, int, bytes]:
    """(kind, token, rest) of a datagram from the server. Raises DatagramError."""
    if len(data) < 4:
        raise DatagramError("short datagram")
    if data[0] != VERSION:
        raise DatagramError("protocol version")
    return data[3], int.from_bytes(data[1:3], "big"), data[4:]


def rxpk(reception: Reception, tmst: int, unix_us: int, channel: int, channel_hz: int) -> dict:
    """A received frame as the server is told of it; `freq` is that of the channel, not of the sender."""
    signal = reception.signal
    return {
        "time": datetime.fromtimestamp(unix_us // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        + f".{unix_us % 1_000_000:06d}Z",
        "tmst": tmst,
        "chan": channel,
        "rfch": channel // 4,
        "freq": round(channel_hz / 1e6, 6),
        "stat": 1,
        "modu": "LORA",
        "datr": f"SF{signal.sf}BW{signal.bw_hz // 1000}",
        "codr": f"4/{signal.coding_rate}",
        "rssi": round(reception.rssi_dbm),
        "lsnr": round(min(14.0, reception.snr_db), 1),
        "size": len(signal.payload),
        "data": base64.b64encode(signal.payload).decode(),
    }


def parse_order(body: bytes) -> Order:
    """The frame that a PULL_RESP asks for. Raises DatagramError."""
    try:
        txpk = json.loads(body)["txpk"]
        tmst = None if txpk.get("imme") else int(txpk["tmst"]) % (1 << 32)
        return Order(_signal(txpk), tmst)
    except DatagramError:
        raise
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise DatagramError("malformed txpk") from error
    except KeyError as error:
        raise DatagramError(f"txpk without {error.args[0]}") from error


def _signal(txpk: dict) -> Signal:
    if txpk.get("modu", "LORA") != "LORA":
        raise DatagramError("modulation is not LoRa")
    sf, bw_hz = _data_rate(str(txpk["datr"]))
    coding_rate = _CODING_RATE.fullmatch(str(txpk.get("codr", "4/5")))
    if coding_rate is None:
        raise DatagramError("coding rate")
    payload = _payload(str(txpk["data"]))
    if int(txpk["size"]) != len(payload):
        raise DatagramError("size is not that of the data")
    return Signal(
        freq_hz=round(float(txpk["freq"]) * 1e6),
        sf=sf,
        bw_hz=bw_hz,
        payload=payload,
        power_dbm=float(txpk.get("powe", 14)),
        coding_rate=int(coding_rate[1]),
        preamble_symbols=max(6, min(65_535, int(txpk.get("prea", 8)))),
        iq_inverted=bool(txpk.get("ipol", False)),
        sync_word=_SYNC_WORD_PUBLIC,
        crc=not txpk.get("ncrc", False),
        low_data_rate=low_data_rate(sf, bw_hz),
    )


def _data_rate(text: str) -> tuple[int, int]:
    match = _DATA_RATE.fullmatch(text)
    if match is None:
        raise DatagramError("data rate")
    return int(match[1]), int(match[2]) * 1000


def _payload(text: str) -> bytes:
    """Base64; its padding is optional."""
    try:
        payload = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise DatagramError("data is not base64") from error
    if len(payload) > 255:
        raise DatagramError("frame longer than 255 bytes")
    return payload
