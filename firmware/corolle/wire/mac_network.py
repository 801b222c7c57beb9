"""The network's half of the MAC commands of LoRaWAN 1.0.4, chapter 5; a node has no use for it.

As in mac_commands.py, `build_*` returns a whole command and `read_*` takes a payload.
"""

from corolle.wire.mac_commands import (
    DEV_STATUS,
    DEVICE_TIME,
    DUTY_CYCLE,
    LINK_ADR,
    LINK_CHECK,
    NEW_CHANNEL,
    RX_PARAM_SETUP,
    RX_TIMING_SETUP,
)


def build_link_check_ans(margin_db: int, gateways: int) -> bytes:
    return bytes((LINK_CHECK, margin_db, gateways))


def build_link_adr_req(
    data_rate: int, tx_power: int, ch_mask: int, ch_mask_cntl: int, nb_trans: int
) -> bytes:
    head = bytes((LINK_ADR, data_rate << 4 | tx_power))
    return head + ch_mask.to_bytes(2, "little") + bytes((ch_mask_cntl << 4 | nb_trans,))


def build_duty_cycle_req(max_duty_cycle: int) -> bytes:
    return bytes((DUTY_CYCLE, max_duty_cycle))


def build_rx_param_setup_req(rx1_dr_offset: int, rx2_dr: int, freq_hz: int) -> bytes:
    return bytes((RX_PARAM_SETUP, rx1_dr_offset << 4 | rx2_dr)) + _freq(freq_hz)


def build_dev_status_req() -> bytes:
    return bytes((DEV_STATUS,))


def build_new_channel_req(index: int, freq_hz: int, min_dr: int, max_dr: int) -> bytes:
    return bytes((NEW_CHANNEL, index)) + _freq(freq_hz) + bytes((max_dr << 4 | min_dr,))


def build_rx_timing_setup_req(delay_s: int) -> bytes:
    return bytes((RX_TIMING_SETUP, delay_s))


def build_device_time_ans(gps_s: int, fraction: int) -> bytes:
    """`fraction` in 1/256 s. The time meant is that of the end of the uplink that asked (clause 5.9)."""
    return bytes((DEVICE_TIME,)) + gps_s.to_bytes(4, "little") + bytes((fraction,))


def read_dev_status_ans(payload: bytes) -> tuple:
    """(battery, margin in dB) as build_dev_status_ans takes them."""
    margin = payload[1] & 0x3F
    return payload[0], margin - 64 if margin & 0x20 else margin


def read_status(payload: bytes) -> int:
    """The bits of LinkADRAns, RXParamSetupAns (7: all accepted) and NewChannelAns (3: all accepted)."""
    return payload[0] & 0x07


def _freq(freq_hz: int) -> bytes:
    return (freq_hz // 100).to_bytes(3, "little")
