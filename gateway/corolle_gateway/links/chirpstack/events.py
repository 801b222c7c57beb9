"""ChirpStack's events as its MQTT integration tells them in JSON (ChirpStack v4, integration.proto).

Protocol Buffers' JSON leaves out what is zero, false or empty, and older versions do; newer ones write it.
"""

import re
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

_TOPIC = re.compile(r"application/([^/]+)/device/([0-9A-Fa-f]{16})/event/([a-z]+)")
_LONGEST = 1 << 16  # what a codec of ChirpStack's adds may be longer than all else together

# LogCode; a broker is not to have anything it likes counted.
_LOG_CODES = (
    "DOWNLINK_PAYLOAD_SIZE",
    "UPLINK_CODEC",
    "DOWNLINK_CODEC",
    "OTAA",
    "UPLINK_F_CNT_RESET",
    "UPLINK_MIC",
    "UPLINK_F_CNT_RETRANSMISSION",
    "DOWNLINK_GATEWAY",
    "RELAY_NEW_END_DEVICE",
    "F_CNT_DOWN",
    "EXPIRED",
)

_U32 = Annotated[int, Meta(ge=0, le=0xFFFF_FFFF)]
_Port = Annotated[int, Meta(ge=0, le=255)]
_DataRate = Annotated[int, Meta(ge=0, le=15)]
_DevAddr = Annotated[str, Meta(pattern="^[0-9A-Fa-f]{8}$")]
_Time = Annotated[datetime, Meta(tz=True)]


class Refused(ValueError):
    """`cause` is short, stable, snake_case: what the refusal is counted by."""

    def __init__(self, cause: str):
        super().__init__(cause)
        self.cause = cause


class DeviceInfo(Struct, frozen=True, rename="camel"):
    """Whose event it is."""

    dev_eui: str


class _Event(Struct, frozen=True, rename="camel"):
    device_info: DeviceInfo


class RxInfo(Struct, frozen=True, rename="camel"):
    """How one concentrator heard an uplink: dBm, dB."""

    gateway_id: str = ""
    rssi: float = 0.0
    snr: float = 0.0


class TxInfo(Struct, frozen=True):
    """How a unit sent: Hz."""

    frequency: _U32 = 0


class Up(_Event, frozen=True, kw_only=True):
    """An uplink, decrypted."""

    dev_addr: _DevAddr
    time: _Time | None = None
    dr: _DataRate = 0
    f_cnt: _U32 = 0
    f_port: _Port = 0
    data: bytes = b""
    rx_info: list[RxInfo] | None = None
    tx_info: TxInfo | None = None


class Join(_Event, frozen=True):
    """The first uplink after a join."""


class TxAck(_Event, frozen=True, kw_only=True):
    """A concentrator has taken a message out of a unit's queue, to send it."""

    queue_item_id: str


class Log(_Event, frozen=True, kw_only=True):
    """What ChirpStack has to say of a unit."""

    level: str = "INFO"
    code: str = "UNKNOWN"
    description: str = ""
    context: dict[str, str] = {}

    @property
    def cause(self) -> str | None:
        """What an error or a warning is counted by, None for anything else."""
        if self.level == "INFO":
            return None
        return "chirpstack_" + (self.code.lower() if self.code in _LOG_CODES else "unknown")

    @property
    def queue_item_id(self) -> str | None:
        """The message that was taken out of the unit's queue and will never be sent."""
        return self.context.get("queue_item_id")


Event = Up | Join | TxAck | Log

_READERS = {"up": Up, "join": Join, "txack": TxAck, "log": Log}


def read(topic: str, payload: bytes) -> tuple[str, Event | None]:
    """(application, event); None for an event that is of no use here. Refused."""
    found = _TOPIC.fullmatch(topic)
    if not found:
        raise Refused("chirpstack_bad_topic")
    application, dev_eui, kind = found.groups()
    reader = _READERS.get(kind)
    if reader is None:
        return application, None
    event = _decoded(reader, payload)
    if event.device_info.dev_eui.lower() != dev_eui.lower():
        raise Refused("chirpstack_bad_topic")
    return application, event


def _decoded(reader: type[Event], payload: bytes) -> Event:
    if len(payload) > _LONGEST:
        raise Refused("chirpstack_too_long")
    try:
        return msgspec.json.decode(payload, type=reader)
    except msgspec.ValidationError as error:
        raise Refused("chirpstack_bad_field") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("chirpstack_bad_json") from error
