"""A street's radio side against the real process: joining, uplinks, replays, downlink windows."""

import time

import pytest
from corolle.wire import lorawan
from corolle.wire import mac_commands as mac
from gateway_process import PATIENCE_S
from gateway_street import Street, join, spend
from radio_device import Device

_GPS_EPOCH_S = 315_964_800
_LEAP_S = 18


@pytest.fixture
def lamp() -> Device:
    return Device("lamp-1", "lamp", 1)


@pytest.fixture
def canopy() -> Device:
    return Device("canopy-1", "canopy", 2)


def test_a_join_is_answered_in_its_window_with_the_network_s_settings(street: Street, lamp: Device):
    forwarder = street.forwarder(street.gateway(lamp))
    tmst = 4_294_000_000  # the window lies beyond the wrap of the counter
    assert forwarder.push(lamp.join_request(), tmst=tmst, freq=868.3, datr="SF10BW125")
    answer = forwarder.downlink()
    assert answer is not None
    txpk, phy = answer
    assert txpk["tmst"] == (tmst + 5_000_000) % 2**32
    assert (txpk["freq"], txpk["datr"], txpk["ipol"], txpk["ncrc"]) == (868.3, "SF10BW125", True, True)
    accepted = lamp.accept(phy)
    assert (accepted.rx2_dr, accepted.rx_delay_s) == (3, 1)
    assert accepted.cf_list == (867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000)


def test_a_refused_rx1_is_followed_by_rx2(street: Street, lamp: Device):
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    assert forwarder.push(lamp.join_request(), tmst=1_000_000)
    first = forwarder.downlink(error="TOO_LATE")
    second = forwarder.downlink()
    assert first is not None and second is not None
    assert first[1] == second[1]
    assert (second[0]["tmst"], second[0]["freq"], second[0]["datr"]) == (7_000_000, 869.525, "SF12BW125")
    lamp.accept(second[1])
    assert forwarder.push(lamp.report())
    city.wait_rejected("downlink_too_late")


def test_a_replayed_join_is_refused_and_the_old_session_lives_until_the_new_one_speaks(
    street: Street, lamp: Device
):
    gateway = street.gateway(lamp, clock=street.clock(speed=10))
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    request = lamp.join_request()
    assert forwarder.push(request)
    offer = forwarder.downlink()
    assert offer is not None
    old = Device("lamp-1")
    old.__dict__.update(lamp.__dict__)  # the unit did not hear the join-accept
    assert forwarder.push(old.report(passages=3))
    city.wait("lamp-1/report", lambda body: body["passages"] == 3)
    lamp.accept(offer[1])
    assert forwarder.push(lamp.report(passages=4))
    city.wait("lamp-1/report", lambda body: body["passages"] == 4)
    assert forwarder.push(old.report(passages=5))
    city.wait_rejected("unknown_dev_addr")
    time.sleep(0.2)  # 2 s of the street: the cooldown for copies is over
    assert forwarder.push(request)
    city.wait_rejected("join_replayed")
    assert forwarder.downlink(0.3) is None


def test_strangers_forgers_and_replays_are_refused_by_cause(street: Street, lamp: Device, canopy: Device):
    gateway = street.gateway(lamp, clock=street.clock(speed=10))
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    forged_join = lamp.join_request()
    join(lamp, forwarder)
    frame, forged, stranger = lamp.report(), lamp.report(), lamp.report()
    downlink = lorawan.build_data(
        lorawan.UNCONFIRMED_DOWN, 1, 0, 1, b"", None, b"", lamp.nwk_key, lamp.session_key
    )
    bad = {
        "unknown_dev_eui": canopy.join_request(),
        "join_bad_mic": _flipped(forged_join, -1),
        "bad_mic": _flipped(forged, 10),
        "unknown_dev_addr": _flipped(stranger, 1),
        "frame_too_short": frame[:7],
        "frame_empty": b"",
        "frame_major_version": b"\x41" + frame[1:],
        "not_an_uplink": downlink,
        "replayed": frame,
    }
    assert forwarder.push(frame)
    time.sleep(0.2)  # 2 s of the street: the cooldown for copies is over
    for phy in bad.values():
        assert forwarder.push(phy)
    assert forwarder.downlink(0.2) is None
    assert forwarder.push(lamp.report(passages=9))
    city.wait("lamp-1/report", lambda body: body["passages"] == 9)
    for cause in bad:
        city.wait_rejected(cause)
    assert len(city.of("lamp-1/report")) == 3


def _flipped(frame: bytes, place: int) -> bytes:
    changed = bytearray(frame)
    changed[place] ^= 1
    return bytes(changed)


def test_counters_go_on_over_16_bits(street: Street, lamp: Device):
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    for f_cnt in (40_000, 65_535, 65_536, 98_303, 131_072):
        lamp.f_cnt = f_cnt
        assert forwarder.push(lamp.report(passages=f_cnt % 4096))
        city.wait("lamp-1/report", lambda body, f_cnt=f_cnt: body["id"] == lamp.message_id(f_cnt))
    assert forwarder.push(lamp.uplink(10, bytes(12), f_cnt=131_071))
    city.wait_rejected("replayed")


def test_two_concentrators_hear_one_frame_and_the_better_one_answers(street: Street, lamp: Device):
    gateway = street.gateway(lamp)
    city, near = street.city(gateway).ready(), street.forwarder(gateway)
    far = street.forwarder(gateway, "ffffffffffff0002", tmst=77_000_000)
    join(lamp, near)
    frame = lamp.uplink(10, bytes(12), confirmed=True)
    heard_far = far.push_later(frame, tmst=50_000_000, lsnr=-7.0, rssi=-119)
    heard_near = near.push_later(frame, tmst=10_000_000, lsnr=9.0, rssi=-70)
    assert far.acked(heard_far, PATIENCE_S) and near.acked(heard_near, PATIENCE_S)
    answer = near.downlink()
    assert answer is not None and answer[0]["tmst"] == 11_000_000
    data, _ = lamp.read(answer[1])
    assert data.f_ctrl & lorawan.ACK
    body = city.wait("lamp-1/report", lambda body: body["id"] == lamp.message_id(1))
    assert body["radio"] == {
        "rssi_dbm": -70.0,
        "snr_db": 9.0,
        "dr": 3,
        "freq_hz": 868_100_000,
        "gateway_count": 2,
    }
    assert far.downlink(0.3) is None
    time.sleep(0.2)
    assert [each["id"] for each in city.of("lamp-1/report")].count(lamp.message_id(1)) == 1


def test_mac_commands_are_answered(street: Street, canopy: Device):
    forwarder = street.forwarder(street.gateway(canopy))
    join(canopy, forwarder)
    asked = mac.build(mac.DEVICE_TIME, True) + mac.build(mac.LINK_CHECK, True)
    before = time.time()
    assert forwarder.push(canopy.uplink(None, f_opts=asked), tmst=5_000_000, lsnr=2.0)
    after = time.time()
    answer = forwarder.downlink()
    assert answer is not None and answer[0]["tmst"] == 6_000_000
    data, _ = canopy.read(answer[1])
    commands = dict(mac.parse(data.f_opts, False))
    seconds, fraction = mac.read(mac.DEVICE_TIME, False, commands[mac.DEVICE_TIME])
    assert before - 0.01 <= seconds + fraction / 256 + _GPS_EPOCH_S - _LEAP_S <= after + 0.01
    # SF9 is heard down to -12.5 dB (SX1301 datasheet), so 2 dB leave 14.5.
    assert mac.read(mac.LINK_CHECK, False, commands[mac.LINK_CHECK]) == (14, 1)


def test_mac_commands_on_port_0_and_the_time_of_a_gps_concentrator(street: Street, canopy: Device):
    forwarder = street.forwarder(street.gateway(canopy))
    join(canopy, forwarder)
    gps_ms = 1_468_000_000_500
    frame = canopy.uplink(0, mac.build(mac.DEVICE_TIME, True))
    assert forwarder.push(frame, tmms=gps_ms)
    answer = forwarder.downlink()
    assert answer is not None
    data, _ = canopy.read(answer[1])
    payload = dict(mac.parse(data.f_opts, False))[mac.DEVICE_TIME]
    assert mac.read(mac.DEVICE_TIME, False, payload) == (1_468_000_000, 128)


def test_a_confirmed_uplink_is_acknowledged_again_when_it_is_repeated(street: Street, canopy: Device):
    gateway = street.gateway(canopy, clock=street.clock(speed=10))
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(canopy, forwarder)
    frame = canopy.uplink(11, bytes(16), confirmed=True)
    for _ in range(2):
        assert forwarder.push(frame)
        answer = forwarder.downlink()
        assert answer is not None
        data, _ = canopy.read(answer[1])  # each with a counter of its own
        assert data.f_ctrl & lorawan.ACK and data.f_port is None
        time.sleep(0.2)
    city.wait("status", lambda body: body.get("counters", {}).get("repeats") == 1)
    assert [body["id"] for body in city.of("canopy-1/report")].count(canopy.message_id(1)) == 1


def test_a_link_that_counts_unanswered_uplinks_is_answered(street: Street, canopy: Device):
    forwarder = street.forwarder(street.gateway(canopy))
    join(canopy, forwarder)
    assert forwarder.push(canopy.uplink(None, f_ctrl=lorawan.ADR | lorawan.ADR_ACK_REQ))
    answer = forwarder.downlink()
    assert answer is not None
    canopy.read(answer[1])


def test_a_concentrator_that_starts_anew_is_noticed(street: Street, canopy: Device):
    clock = street.clock(speed=30)
    gateway = street.gateway(canopy, clock=clock)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    assert forwarder.push(canopy.join_request(), tmst=3_000_000_000)
    time.sleep(1.0)  # 30 s of the street
    assert forwarder.push(canopy.join_request(), tmst=2_000_000)
    city.wait("status", lambda body: body.get("counters", {}).get("concentrator_restarts") == 1)


def test_a_duty_cycle_is_kept_over_a_restart(street: Street, canopy: Device):
    """868.0-868.6 MHz has 1 %, 36 s an hour; 33 bytes without CRC at SF12 take 1.81 s: 19 of them fit."""
    gateway = street.gateway(canopy)
    forwarder = street.forwarder(gateway)
    frequencies = []
    for number in range(21):
        if number == 20:
            gateway.kill()
            gateway.start()
            forwarder.pull()
        assert forwarder.push(canopy.join_request(), datr="SF12BW125")
        answer = forwarder.downlink()
        assert answer is not None
        frequencies.append(answer[0]["freq"])
    assert frequencies == [868.1] * 19 + [869.525] * 2  # RX2 lies in another sub-band


def test_what_is_left_of_a_duty_cycle_is_for_those_who_wait_in_a_window(
    street: Street, lamp: Device, canopy: Device
):
    """869.4-869.65 MHz has 10 %, 360 s an hour; orders that can wait may use 80 % of it, 288 s."""
    gateway = street.gateway(lamp, canopy)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    for device in (lamp, canopy):
        join(device, forwarder)
    gateway.kill()
    spend(gateway, forwarder, time.time(), 288.0)
    gateway.start()
    forwarder.pull()
    city.order("lamp-1", verb="level", value=40, for_s=600, author="ops")
    city.wait_rejected("downlink_duty_cycle")
    assert forwarder.downlink(0.2) is None
    assert forwarder.push(canopy.uplink(10, bytes(12), confirmed=True))
    assert forwarder.downlink(error="TOO_LATE") is not None  # so that RX2 is all there is
    answer = forwarder.downlink()
    assert answer is not None and answer[0]["freq"] == 869.525
    assert canopy.read(answer[1])[0].f_ctrl & lorawan.ACK
