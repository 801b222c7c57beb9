"""MAC commands of LoRaWAN 1.0.4, chapter 5: identifiers and payload layouts, both ways.

One CID serves for a request and its answer, told apart by direction. `build_*` returns a whole command, CID
included; `read_*` takes a payload as parse() gives it. Bits that are reserved are sent as 0 and ignored.
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


# What the network sends.


def build_link_check_ans(margin_db: int, gateways: int) -> bytes:
    return bytes((LINK_CHECK, margin_db, gateways))


def read_link_check_ans(payload: bytes) -> tuple:
    """(margin above the demodulation floor in dB, number of gateways)."""
    return payload[0], payload[1]


def build_link_adr_req(
    data_rate: int, tx_power: int, ch_mask: int, ch_mask_cntl: int, nb_trans: int
) -> bytes:
    head = bytes((LINK_ADR, data_rate << 4 | tx_power))
    return head + ch_mask.to_bytes(2, "little") + bytes((ch_mask_cntl << 4 | nb_trans,))


def read_link_adr_req(payload: bytes) -> tuple:
    """(data rate, power index, channel mask, mask control, transmissions); 15, 15 and 0 mean "keep"."""
    mask = int.from_bytes(payload[1:3], "little")
    return payload[0] >> 4, payload[0] & 0x0F, mask, payload[3] >> 4 & 0x07, payload[3] & 0x0F


def build_duty_cycle_req(max_duty_cycle: int) -> bytes:
    return bytes((DUTY_CYCLE, max_duty_cycle))


def read_duty_cycle_req(payload: bytes) -> int:
    """n of the aggregated duty cycle 1 / 2**n; 0 is no limit."""
    return payload[0] & 0x0F


def build_rx_param_setup_req(rx1_dr_offset: int, rx2_dr: int, freq_hz: int) -> bytes:
    return bytes((RX_PARAM_SETUP, rx1_dr_offset << 4 | rx2_dr)) + _freq(freq_hz)


def read_rx_param_setup_req(payload: bytes) -> tuple:
    """(RX1 data rate offset, RX2 data rate, RX2 frequency in Hz)."""
    return payload[0] >> 4 & 0x07, payload[0] & 0x0F, _freq_hz(payload[1:4])


def build_dev_status_req() -> bytes:
    return bytes((DEV_STATUS,))


def build_new_channel_req(index: int, freq_hz: int, min_dr: int, max_dr: int) -> bytes:
    return bytes((NEW_CHANNEL, index)) + _freq(freq_hz) + bytes((max_dr << 4 | min_dr,))


def read_new_channel_req(payload: bytes) -> tuple:
    """(channel index, frequency in Hz (0: switch it off), lowest and highest data rate)."""
    return payload[0], _freq_hz(payload[1:4]), payload[4] & 0x0F, payload[4] >> 4


def build_rx_timing_setup_req(delay_s: int) -> bytes:
    return bytes((RX_TIMING_SETUP, delay_s))


def read_rx_timing_setup_req(payload: bytes) -> int:
    """RX1 delay in seconds; 0 on the air stands for 1."""
    return payload[0] & 0x0F or 1


def build_device_time_ans(gps_s: int, fraction: int) -> bytes:
    """`fraction` in 1/256 s. The time meant is that of the end of the uplink that asked (clause 5.9)."""
    return bytes((DEVICE_TIME,)) + gps_s.to_bytes(4, "little") + bytes((fraction,))


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


def read_dev_status_ans(payload: bytes) -> tuple:
    """(battery, margin in dB) as build_dev_status_ans takes them."""
    margin = payload[1] & 0x3F
    return payload[0], margin - 64 if margin & 0x20 else margin


def build_new_channel_ans(data_rates_ok: bool, freq_ok: bool) -> bytes:
    return bytes((NEW_CHANNEL, data_rates_ok << 1 | freq_ok))


def read_status(payload: bytes) -> int:
    """The bits of LinkADRAns, RXParamSetupAns (7: all accepted) and NewChannelAns (3: all accepted)."""
    return payload[0] & 0x07


def _freq(freq_hz: int) -> bytes:
    return (freq_hz // 100).to_bytes(3, "little")


def _freq_hz(data: bytes) -> int:
    return 100 * int.from_bytes(data, "little")
