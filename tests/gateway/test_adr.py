"""Adaptive data rate: the algorithm by its published figures, then a unit and the real process."""

import struct
import time
from typing import Any

import pytest
from corolle.wire import lorawan
from corolle.wire import mac_commands as mac
from corolle.wire.schema import COMMAND
from corolle_gateway.links.lorawan.adr import LinkState, Manner, floor_db
from gateway_process import StreetClock
from gateway_street import Street, join, spend
from hypothesis import given
from hypothesis import strategies as st
from packet_forwarder import PacketForwarder
from radio_device import Device

_MARGIN_DB = 10
_ACCEPTED = mac.build(mac.LINK_ADR, True, 1, 1, 1)


def _heard(manner: Manner, snrs_db: list[float], lost: int = 0) -> LinkState:
    state = LinkState(manner)
    for snr_db in snrs_db:
        state.note(manner.data_rate, snr_db, lost)
    return state


@pytest.mark.parametrize(
    ("manner", "best_db", "wanted"),
    [
        (Manner(0), -10.1, Manner(0)),  # -10.1 + 20 - 10 = -0.1 dB: nothing to spare
        (Manner(0), -7.0, Manner(1)),  # 3 dB: one step
        (Manner(0), 5.0, Manner(5)),  # 15 dB: five steps, all for the data rate
        (Manner(0), 11.0, Manner(5, 2)),  # two more, for power
        (Manner(5), 8.6, Manner(5, 2)),  # 8.6 + 7.5 - 10 = 6.1 dB
        (Manner(5), 13.0, Manner(5, 3)),
        (Manner(5, 6), 14.5, Manner(5, 7)),  # there is no index above 7
        (Manner(5, 3), -1.0, Manner(5, 2)),  # -3.5 dB: a step more power
        (Manner(5, 1), -20.0, Manner(5, 0)),
        (Manner(3, 0), -20.0, Manner(3, 0)),  # going slower is the unit's own decision
    ],
)
def test_what_is_to_spare_is_spent_in_steps_of_3_db(manner: Manner, best_db: float, wanted: Manner):
    assert _heard(manner, [best_db - 9.0] * 19 + [best_db]).wanted(_MARGIN_DB) == wanted


def test_fewer_than_20_frames_change_nothing():
    assert LinkState().wanted(_MARGIN_DB) is None
    assert _heard(Manner(0), [9.0] * 19).wanted(_MARGIN_DB) == Manner(0)
    best_is_past = _heard(Manner(0), [9.0] + [-15.0] * 20)
    assert best_is_past.wanted(_MARGIN_DB) == Manner(0)


@given(st.integers(0, 5), st.integers(0, 7), st.floats(-25, 15), st.integers(0, 30))
def test_what_is_asked_leaves_the_margin(data_rate: int, tx_power: int, snr_db: float, margin_db: int):
    wanted = _heard(Manner(data_rate, tx_power), [snr_db] * 20).wanted(margin_db)
    assert wanted and data_rate <= wanted.data_rate <= 5 and 0 <= wanted.tx_power <= 7
    if (wanted.data_rate, wanted.tx_power) > (data_rate, tx_power):
        # An index of power is 2 dB (RP002, table 7); the history has quarters of a dB.
        expected_db = snr_db - 2 * (wanted.tx_power - tx_power)
        assert expected_db - floor_db(wanted.data_rate) >= margin_db - 0.125


@pytest.mark.parametrize(
    ("now", "lost", "wanted"),  # of 20 frames, 19 have one before them
    [(1, 0, 1), (1, 2, 1), (2, 2, 2), (1, 4, 2), (3, 0, 2), (2, 0, 1), (2, 4, 3), (1, 9, 3)],
)
def test_frames_are_repeated_by_the_published_table(now: int, lost: int, wanted: int):
    state = LinkState(Manner(5, 0, now))
    for number in range(20):
        state.note(5, 2.5, 1 if 0 < number <= lost else 0)
    assert state.wanted(_MARGIN_DB) == Manner(5, 0, wanted)


def test_the_counters_a_power_cut_skips_are_no_loss():
    state = _heard(Manner(5), [2.5] * 19)
    state.note(5, 2.5, 31)
    assert state.wanted(_MARGIN_DB) == Manner(5)


def test_a_unit_that_falls_back_sends_at_full_power_again():
    state = _heard(Manner(5, 4), [9.0] * 20)
    state.note(4, 9.0, 0)
    assert state.manner == Manner(4) and state.wanted(_MARGIN_DB) == Manner(4)


def test_what_a_unit_refuses_is_not_asked_again():
    state = _heard(Manner(0), [20.0] * 20)
    state.asked = state.wanted(_MARGIN_DB)
    assert state.asked == Manner(5, 5)
    assert state.answered(False, False, False) is False
    assert state.manner == Manner(0) and state.wanted(_MARGIN_DB) == Manner(4, 4)
    assert state.ch_mask == 0x0007  # the channels that every unit has
    assert state.answered(True, True, True) is None  # nothing was asked


@pytest.fixture
def canopy() -> Device:
    return Device("canopy-1", "canopy", 2)


def _speak(device: Device, *concentrators: tuple[PacketForwarder, float], **fields: Any) -> None:
    """A report at SF12 that lets the network say how to send."""
    frame = device.uplink(10, bytes(12), f_ctrl=lorawan.ADR)
    for forwarder, snr_db in concentrators:
        assert forwarder.push(frame, **{"datr": "SF12BW125", "lsnr": snr_db, **fields})


def _answered(device: Device, forwarder: PacketForwarder, f_ctrl: int, **fields: Any) -> list[tuple]:
    """The MAC commands in the answer to an uplink without a payload."""
    assert forwarder.push(device.uplink(None, f_ctrl=lorawan.ADR | f_ctrl), **fields)
    answer = forwarder.downlink()
    assert answer is not None
    data, _ = device.read(answer[1])
    return [(cid, mac.read(cid, False, payload)) for cid, payload in mac.parse(data.f_opts, False)]


def test_a_unit_is_told_to_send_faster_and_what_it_agreed_to_survives_a_kill(street: Street, canopy: Device):
    gateway = street.gateway(canopy)
    city, near = street.city(gateway).ready(), street.forwarder(gateway)
    far = street.forwarder(gateway, "ffffffffffff0002")
    join(canopy, near)
    for _ in range(20):
        _speak(canopy, (far, -19.0), (near, 8.0))
    assert near.downlink(0.3) is None  # it is not worth a downlink of its own
    asked = _answered(canopy, near, lorawan.ADR_ACK_REQ, datr="SF12BW125", lsnr=-19.0)
    assert asked == [(mac.LINK_ADR, (5, 1, 0x00FF, 0, 1))]  # 8 + 20 - 10 dB: six steps
    gateway.kill()
    gateway.start()
    near.pull()
    answer = canopy.uplink(10, bytes(12), f_ctrl=lorawan.ADR, f_opts=_ACCEPTED)
    assert near.push(answer, datr="SF7BW125", lsnr=8.0)
    city.wait("status", lambda body: body.get("counters", {}).get("adr_accepted") == 1)
    for _ in range(19):
        _speak(canopy, (near, 9.0), datr="SF7BW125")
    gateway.kill()
    gateway.start()
    near.pull()
    asked = _answered(canopy, near, lorawan.ADR_ACK_REQ, datr="SF7BW125", lsnr=9.0)
    assert asked == [(mac.LINK_ADR, (5, 3, 0x00FF, 0, 1))]  # 9 + 7.5 - 10 dB: two steps further down


def test_an_order_takes_the_request_along(street: Street):
    lamp = Device("lamp-1", "lamp", 1)
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    for _ in range(20):
        _speak(lamp, (forwarder, 8.0))
    time.sleep(0.2)
    city.order("lamp-1", verb="level", value=40, for_s=600, author="ops")
    answer = forwarder.downlink()
    assert answer is not None
    data, _ = lamp.read(answer[1])
    assert [cid for cid, _ in mac.parse(data.f_opts, False)] == [mac.LINK_ADR] and data.f_port == COMMAND.port


def test_a_unit_that_decides_itself_or_has_nothing_to_spare_is_left_alone(street: Street, canopy: Device):
    forwarder = street.forwarder(street.gateway(canopy))
    join(canopy, forwarder)
    for _ in range(21):
        assert forwarder.push(canopy.uplink(10, bytes(12)), datr="SF12BW125", lsnr=9.0)
    assert forwarder.push(canopy.uplink(None, f_ctrl=lorawan.ADR_ACK_REQ), datr="SF12BW125")
    answer = forwarder.downlink()
    assert answer is not None and canopy.read(answer[1])[0].f_opts == b""


def test_a_unit_that_repeats_each_frame_as_told_is_not_taken_for_a_replay(street: Street, canopy: Device):
    gateway = street.gateway(canopy, clock=street.clock(speed=10))
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(canopy, forwarder)
    for _ in range(20):
        canopy.f_cnt += 1  # every other frame is lost
        _speak(canopy, (forwarder, -10.0))
    asked = _answered(canopy, forwarder, lorawan.ADR_ACK_REQ, datr="SF12BW125", lsnr=-10.0)
    assert asked == [(mac.LINK_ADR, (0, 0, 0x00FF, 0, 3))]
    repeated = canopy.uplink(10, bytes(12), f_ctrl=lorawan.ADR, f_opts=_ACCEPTED)
    for _ in range(6):
        assert forwarder.push(repeated, datr="SF12BW125", lsnr=-10.0)
        time.sleep(0.2)  # 2 s of the street: the cooldown for copies is over, unless this machine is busy
    status = city.wait("status", lambda body: body.get("counters", {}).get("repeats", 0) >= 2)
    assert "replayed" not in status["rejected"]


def _jump(clock: StreetClock, by_s: float) -> None:
    """Set the clock forward, and wait until the gateway can see it."""
    clock.jump(by_s)
    while struct.unpack("<dd", clock.path.read_bytes())[0] < clock.now() - by_s / 2:
        time.sleep(0.005)


def test_once_a_day_a_unit_is_asked_how_it_is(street: Street, canopy: Device):
    clock = street.clock(speed=1)
    gateway = street.gateway(canopy, clock=clock)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(canopy, forwarder)
    assert forwarder.push(canopy.report())
    assert forwarder.downlink(0.3) is None
    assert canopy.accepted is not None
    # Just past its moment of the day: there is no other one in the hours after.
    _jump(clock, (canopy.accepted.dev_addr - clock.now()) % 86_400 + 100)
    assert _answered(canopy, forwarder, 0) == [(mac.DEV_STATUS, ())]
    assert forwarder.push(canopy.report())  # the answer was lost: asked again in an hour, not before
    assert forwarder.downlink(0.3) is None
    said = mac.build(mac.DEV_STATUS, True, 127, -7)
    assert forwarder.push(canopy.uplink(10, bytes(12), f_opts=said))
    body = city.wait("canopy-1/service")
    assert (body["supply"], body["battery_pct"], body["downlink_snr_db"]) == ("battery", 50.0, -7)
    assert body["id"] == canopy.message_id(canopy.f_cnt - 1) + "-status"
    _jump(clock, 3_700)
    assert forwarder.push(canopy.report())
    assert forwarder.downlink(0.3) is None


def test_what_the_network_asks_of_its_own_accord_leaves_half_of_the_air_to_others(
    street: Street, canopy: Device
):
    """36 s an hour at 868.0-868.6 MHz, 360 s at 869.4-869.65 MHz."""
    clock = street.clock(speed=1)
    gateway = street.gateway(canopy, clock=clock)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(canopy, forwarder)
    assert forwarder.push(canopy.report())
    _jump(clock, 86_400)
    gateway.kill()
    spend(gateway, forwarder, clock.now(), 18.0, 868_100_000)
    spend(gateway, forwarder, clock.now(), 180.0)
    gateway.start()
    forwarder.pull()
    assert forwarder.push(canopy.report())
    city.wait_rejected("downlink_duty_cycle")
    assert forwarder.downlink(0.2) is None
    assert forwarder.push(canopy.uplink(10, bytes(12), confirmed=True))
    answer = forwarder.downlink()
    assert answer is not None and canopy.read(answer[1])[0].f_ctrl & lorawan.ACK
