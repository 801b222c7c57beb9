"""MAC commands of LoRaWAN 1.0.4, chapter 5: identifiers, parsing, and a node's half of the payloads.

One CID serves for a request and its answer, told apart by direction. `build_*` returns a whole command, CID
included; `read_*` takes a payload as parse() gives it. Bits that are reserved are sent as 0 and ignored. The
network's half is mac_network.py.
"""

from corolle.wire.compat import const
from corolle.wire.errors import FrameError

LINK_CHECK = const(0x02)
LINK_ADR = const(0x03)
DUTY_CYCLE = const(0x04)
RX_PARAM_SETUP = const(0x05)
DEV_STATUS = const(0x06)
NEW_CHANNEL = const(0x07)
RX_TIMING_SETUP = const(0x08)
DEVICE_TIME = const(0x0D)

# Payload length by CID; 255: no such command in this direction.
_UP_LENGTHS = b"\xff\xff\x00\x01\x00\x01\x02\x01\x00\xff\xff\xff\xff\x00"
_DOWN_LENGTHS = b"\xff\xff\x02\x04\x01\x04\x00\x05\x01\xff\xff\xff\xff\x05"


def parse(data: bytes, uplink: bool) -> list:
    """The (CID, payload) pairs of FOpts or of a payload on FPort 0, in their order.

    A command that is not known ends the list, for its length is not known either (clause 5). FrameError when
    the last one is cut off.
    """
    lengths = _UP_LENGTHS if uplink else _DOWN_LENGTHS
    commands = []
    i = 0
    while i < len(data):
        cid = data[i]
        length = lengths[cid] if cid < len(lengths) else 255
        if length == 255:
            break
        payload = bytes(data[i + 1 : i + 1 + length])
        if len(payload) < length:
            raise FrameError("mac command cut off")
        commands.append((cid, payload))
        i += 1 + length
    return commands


# What a node reads.


def read_link_check_ans(payload: bytes) -> tuple:
    """(margin above the demodulation floor in dB, number of gateways)."""
    return payload[0], payload[1]


def read_link_adr_req(payload: bytes) -> tuple:
    """(data rate, power index, channel mask, mask control, transmissions); 15, 15 and 0 mean "keep"."""
    mask = int.from_bytes(payload[1:3], "little")
    return payload[0] >> 4, payload[0] & 0x0F, mask, payload[3] >> 4 & 0x07, payload[3] & 0x0F


def read_duty_cycle_req(payload: bytes) -> int:
    """n of the aggregated duty cycle 1 / 2**n; 0 is no limit."""
    return payload[0] & 0x0F


def read_rx_param_setup_req(payload: bytes) -> tuple:
    """(RX1 data rate offset, RX2 data rate, RX2 frequency in Hz)."""
    return payload[0] >> 4 & 0x07, payload[0] & 0x0F, _freq_hz(payload[1:4])


def read_new_channel_req(payload: bytes) -> tuple:
    """(channel index, frequency in Hz (0: switch it off), lowest and highest data rate)."""
    return payload[0], _freq_hz(payload[1:4]), payload[4] & 0x0F, payload[4] >> 4


def read_rx_timing_setup_req(payload: bytes) -> int:
    """RX1 delay in seconds; 0 on the air stands for 1."""
    return payload[0] & 0x0F or 1


def read_device_time_ans(payload: bytes) -> tuple:
    """(seconds since the GPS epoch, 1980-01-06, milliseconds)."""
    return int.from_bytes(payload[:4], "little"), payload[4] * 1000 // 256


# What a node sends.


def build_request(cid: int) -> bytes:
    """LinkCheckReq and DeviceTimeReq, and the answers without payload to DutyCycle and RXTimingSetup."""
    return bytes((cid,))


def build_link_adr_ans(power_ok: bool, data_rate_ok: bool, mask_ok: bool) -> bytes:
    return bytes((LINK_ADR, power_ok << 2 | data_rate_ok << 1 | mask_ok))


def build_rx_param_setup_ans(offset_ok: bool, data_rate_ok: bool, freq_ok: bool) -> bytes:
    return bytes((RX_PARAM_SETUP, offset_ok << 2 | data_rate_ok << 1 | freq_ok))


def build_dev_status_ans(battery: int, margin_db: int) -> bytes:
    """`battery`: 0 external power, 1..254 of full, 255 unknown. `margin_db`: SNR of the request, -32..31."""
    return bytes((DEV_STATUS, battery, min(max(margin_db, -32), 31) & 0x3F))


def build_new_channel_ans(data_rates_ok: bool, freq_ok: bool) -> bytes:
    return bytes((NEW_CHANNEL, data_rates_ok << 1 | freq_ok))


def _freq_hz(data: bytes) -> int:
    return 100 * int.from_bytes(data, "little")
