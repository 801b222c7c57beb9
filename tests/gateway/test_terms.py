"""Channels, windows and duty cycle: what is asked for, byte by byte, and a unit and the real process."""

import struct
import time
from typing import Any

import msgspec
import pytest
from corolle.wire import lorawan
from corolle.wire import mac_commands as mac
from corolle_gateway.links.lorawan.sessions import Session
from corolle_gateway.links.lorawan.terms import Change, Terms, changes, joined, taken
from corolle_gateway.model import SessionRecord, Unit
from gateway_process import StreetClock
from gateway_street import Street, join
from hypothesis import given
from hypothesis import strategies as st
from packet_forwarder import PacketForwarder
from radio_device import Device

_USUAL_HZ = Terms().channels_hz
_MORE_HZ = (*_USUAL_HZ, 863_100_000, 863_300_000)
_UNIT = Unit("lamp-1", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.4, "C")
_RADIO = """[lorawan]
port = PORT
channels_mhz = [867.1, 867.3, 867.5, 867.7, 867.9, 863.1, 863.3, 863.5]
rx1_delay_s = 3
rx2_dr = 0
rx2_mhz = 869.6
max_duty_cycle = 5
"""


def _frequencies(index: int, count: int) -> st.SearchStrategy[tuple[int, ...]]:
    places = st.integers(index, index + 20).map(lambda step: 863_100_000 + 200_000 * step)
    return st.lists(places, max_size=count, unique=True).map(tuple)


_TERMS = st.builds(
    Terms,
    channels_hz=_frequencies(0, 13),
    rx1_hz=st.sampled_from([(), (869_525_000,) * 3, (0, 869_525_000)]),
    rx1_delay_s=st.integers(1, 15),
    rx1_dr_offset=st.integers(0, 5),
    rx2_dr=st.integers(0, 5),
    rx2_hz=st.sampled_from([869_525_000, 869_600_000]),
    max_duty_cycle=st.integers(0, 15),
)


@pytest.mark.parametrize(
    ("wish", "command"),
    [
        # LoRaWAN 1.0.4, 5.8: RxTimingSettings, the delay in the lower four bits.
        (Terms(rx1_delay_s=5), "0805"),
        # 5.4: DLSettings (offset in bits 6..4, data rate in 3..0), then 8695250 in steps of 100 Hz.
        (Terms(rx1_dr_offset=2), "0523d2ad84"),
        # 5.3: MaxDutyCycle in the lower four bits.
        (Terms(max_duty_cycle=7), "0407"),
        # 5.6: ChIndex, frequency, DrRange (highest in the upper bits); 863.1 MHz is 8631000.
        (Terms(channels_hz=(*_USUAL_HZ, 863_100_000)), "0708d8b28350"),
        # 5.7: ChIndex and frequency.
        (Terms(rx1_hz=(0, 869_525_000)), "0a01d2ad84"),
        # 5.6: frequency 0 takes a channel away.
        (Terms(channels_hz=_USUAL_HZ[:4]), "070700000050"),
    ],
)
def test_each_wish_is_a_command_of_the_standard(wish: Terms, command: str):
    (change,) = changes(Terms(), wish)
    assert change.command.hex() == command
    assert taken(Terms(), change) == wish


@given(_TERMS, _TERMS)
def test_step_by_step_a_unit_comes_from_any_terms_to_any_others(now: Terms, wish: Terms):
    for _ in range(40):
        left = list(changes(now, wish))
        if not left:
            break
        assert len(left[0].command) <= lorawan.MAX_F_OPTS
        now = taken(now, left[0])
    assert not list(changes(now, wish))
    assert (now.rx2, now.rx1_delay_s, now.channels_hz) == (wish.rx2, wish.rx1_delay_s, wish.channels_hz)
    for up_hz in (868_100_000, 868_300_000, *wish.channels_hz):
        assert now.downlink_hz(up_hz) == wish.downlink_hz(up_hz)


def test_a_join_accept_tells_what_it_can():
    wish = Terms(_MORE_HZ, (869_525_000,) * 3, 3, 1, 2, 869_600_000, 4)
    assert joined(wish) == Terms(rx1_delay_s=3, rx1_dr_offset=1, rx2_dr=2)
    assert wish.cf_list == _USUAL_HZ
    assert Terms(channels_hz=(867_100_000,)).cf_list == (867_100_000, 0, 0, 0, 0)
    assert Terms(channels_hz=()).cf_list is None


def test_what_is_refused_has_a_name():
    change = Change(mac.RX_PARAM_SETUP, (0, 3, 8_695_250))
    assert change.refusals(b"\x07") == []
    assert change.refusals(b"\x03") == ["rx1_dr_offset"]  # bit 2
    assert change.refusals(b"\x04") == ["rx2_dr", "rx2_frequency"]  # bits 1 and 0 are missing
    assert Change(mac.RX_TIMING_SETUP, (3,)).refusals(b"") == []


def test_sessions_from_before_keep_the_terms_they_had():
    before = msgspec.msgpack.encode([None, b"", None, 5, 7, 0x00FF, 0.0, 0.0])
    session = Session(_UNIT, SessionRecord("lamp-1", 1, bytes(16), bytes(16), 1, link=before))
    assert session.link.terms == Terms() and session.link.mask == 0x00FF
    assert taken(Terms(), Change(mac.NEW_CHANNEL, (8, 8_631_000, 5, 0))).ch_mask == 0x01FF


def _asked(
    device: Device, forwarder: PacketForwarder, f_opts: bytes = b"", error: Any = "NONE", **fields: Any
) -> tuple[dict[str, Any], list[Any]] | None:
    """(txpk, what the answer to a report asks for by CID and values), or None."""
    assert forwarder.push(device.uplink(10, bytes(12), f_opts=f_opts), **fields)
    answer = forwarder.downlink(1.5, error)
    if answer and error != "NONE":
        answer = forwarder.downlink(1.5)
    if answer is None:
        return None
    data, _ = device.read(answer[1])
    commands = mac.parse(data.f_opts, False)
    return answer[0], [(cid, mac.read(cid, False, payload)) for cid, payload in commands]


def test_a_unit_is_asked_until_it_has_answered_and_what_it_said_survives_a_kill(street: Street):
    canopy = Device("canopy-1", "canopy", 2)
    clock = street.clock(speed=1)
    gateway = street.gateway(canopy, clock=clock, radio=_RADIO)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    assert forwarder.push(canopy.join_request())
    answer = forwarder.downlink()
    assert answer is not None
    accepted = canopy.accept(answer[1])
    assert (accepted.rx_delay_s, accepted.rx2_dr, accepted.cf_list) == (3, 0, _USUAL_HZ)
    asked = _asked(canopy, forwarder, tmst=9_000_000)
    assert asked is not None and asked[0]["tmst"] == 12_000_000
    assert asked[1] == [
        (mac.RX_PARAM_SETUP, (0, 0, 8_696_000)),
        (mac.DUTY_CYCLE, (5,)),
        (mac.NEW_CHANNEL, (8, 8_631_000, 5, 0)),
    ]
    assert _asked(canopy, forwarder) is None  # the question was lost, or the answer: again in a minute
    gateway.kill()
    gateway.start()
    forwarder.pull()
    # An answer to a question of before the kill; channel 8 is refused for its frequency.
    asked = _asked(canopy, forwarder, b"\x05\x07\x04\x07\x02", error=_late_in_rx1, tmst=9_000_000)
    assert asked is not None
    assert (asked[0]["tmst"], asked[0]["freq"], asked[0]["datr"]) == (13_000_000, 869.6, "SF12BW125")
    channels = [(mac.NEW_CHANNEL, (index, hz, 5, 0)) for index, hz in ((9, 8_633_000), (10, 8_635_000))]
    assert asked[1] == channels
    asked = _asked(canopy, forwarder, b"\x05\x07\x07\x03\x07\x03")  # it has not heard that 05 arrived
    assert asked is not None and asked[1] == []
    assert _asked(canopy, forwarder) is None
    gateway.kill()
    gateway.start()
    forwarder.pull()
    assert _asked(canopy, forwarder) is None
    _jump(clock, 86_400)
    assert _asked(canopy, forwarder) is not None
    assert forwarder.push(canopy.uplink(10, bytes(12), f_opts=mac.build(mac.DEV_STATUS, True, 127, 7)))
    service = city.wait("canopy-1/service")
    assert (service["not_taken"], service["refused"]) == ([], ["channel 8"])
    city.wait_rejected("unit_refused_channel_frequency")


def test_class_c_is_told_where_it_listens(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp, radio=_RADIO)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    city.wait("status")
    join(lamp, forwarder)
    assert forwarder.downlink() is not None  # asks for RX2
    city.order("lamp-1", id="a", verb="level", value=40)
    before = forwarder.downlink()
    assert before is not None and (before[0]["freq"], before[0]["datr"]) == (869.525, "SF12BW125")
    lamp.f_cnt_down += 1
    assert forwarder.push(lamp.uplink(3, b"", f_opts=b"\x05\x07"))
    assert forwarder.downlink() is not None
    city.order("lamp-1", id="b", verb="report")
    assert forwarder.push(lamp.ack(lamp.command(before[1])["id"]))
    after = forwarder.downlink()
    assert after is not None and (after[0]["freq"], after[0]["datr"]) == (869.6, "SF12BW125")


def _late_in_rx1(txpk: dict[str, Any]) -> str:
    return "TOO_LATE" if txpk["datr"] == "SF9BW125" else "NONE"


def _jump(clock: StreetClock, by_s: float) -> None:
    """Set the clock forward, and wait until the gateway can see it."""
    clock.jump(by_s)
    while struct.unpack("<dd", clock.path.read_bytes())[0] < clock.now() - by_s / 2:
        time.sleep(0.005)
