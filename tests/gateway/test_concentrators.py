"""Several concentrators around one unit: which of them speaks to it, when, and which one does instead."""

import sqlite3
from contextlib import closing

import pytest
from corolle.wire import lorawan
from gateway_process import GatewayProcess
from gateway_street import Street, join
from group_site import Lamp, Site
from packet_forwarder import PacketForwarder
from radio_device import Device

_ORDER = {"verb": "level", "value": 40, "for_s": 3000, "author": "ops"}
_OTHER = "ffffffffffff0002"


@pytest.fixture
def lamp() -> Device:
    return Device("lamp-1", "lamp", 1)


def _is_at_once(answer: tuple[dict[str, object], bytes] | None) -> bool:
    return answer is not None and "tmst" not in answer[0]


def test_an_order_goes_by_who_hears_the_unit_best(street: Street, lamp: Device):
    gateway = street.gateway(lamp)
    city, near = street.city(gateway).ready(), street.forwarder(gateway)
    far = street.forwarder(gateway, _OTHER, tmst=77_000_000)
    join(lamp, near)
    frame = lamp.report()
    tokens = far.push_later(frame, lsnr=-18.0), near.push_later(frame, lsnr=9.0)
    assert far.acked(tokens[0], 5) and near.acked(tokens[1], 5)
    city.wait("lamp-1/report", lambda body: body["id"] == lamp.message_id(1))  # its window has ended
    city.order("lamp-1", id="a", **_ORDER)
    assert _is_at_once(near.downlink())
    assert far.downlink(0.1) is None


def test_an_order_goes_by_another_one_when_the_best_does_not_answer(street: Street, lamp: Device):
    gateway = street.gateway(lamp, clock=street.clock(speed=20))
    city, dead = street.city(gateway).ready(), street.forwarder(gateway)
    other = street.forwarder(gateway, _OTHER, tmst=77_000_000)
    join(lamp, dead)
    city.wait("lamp-1/report", lambda body: body["id"] == lamp.message_id(0))
    city.order("lamp-1", id="a", **_ORDER)
    answer = other.downlink()  # after a TX_ACK that did not come
    assert answer and _is_at_once(answer)
    assert other.push(lamp.ack(lamp.command(answer[1])["id"], value=40))
    city.wait_ack("lamp-1", "a", "acknowledged")
    city.wait_rejected("downlink_no_tx_ack")


def test_who_heard_a_frame_too_answers_it_where_the_best_cannot(street: Street, lamp: Device):
    gateway = street.gateway(lamp)
    best = street.forwarder(gateway)
    other = street.forwarder(gateway, _OTHER, tmst=77_000_000)
    request = lamp.join_request()
    tokens = best.push_later(request, lsnr=5.0), other.push_later(request, tmst=50_000_000, lsnr=4.5)
    assert best.acked(tokens[0], 5) and other.acked(tokens[1], 5)
    for _ in ("RX1", "RX2"):
        assert best.downlink(error="TOO_EARLY")
    answer = other.downlink()
    assert answer and answer[0]["tmst"] == 55_000_000
    lamp.accept(answer[1])


def test_an_order_does_not_overtake_an_answer_of_a_lower_number(street: Street, lamp: Device):
    """RX2 ends two seconds after a frame; a unit refuses what is numbered lower than what it has heard."""
    clock = street.clock(speed=10)
    gateway = street.gateway(lamp, clock=clock)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    heard_s = clock.now()
    assert forwarder.push(lamp.uplink(11, b"xyz", confirmed=True))
    assert forwarder.downlink(error="COLLISION_PACKET")
    answer = forwarder.downlink()
    city.order("lamp-1", id="a", **_ORDER)
    order = forwarder.downlink()
    assert answer and "tmst" in answer[0] and _is_at_once(order) and order
    assert clock.now() - heard_s >= 2.0
    counters = [lorawan.parse_data(phy).f_cnt for _, phy in (answer, order)]
    assert counters == sorted(set(counters))
    assert lamp.read(answer[1])[0].f_ctrl & lorawan.ACK and lamp.command(order[1])["value"] == 40


def test_a_group_is_told_by_one_concentrator_after_the_other(street: Street):
    """Two frames at once on one frequency are understood by nobody who hears both."""
    lamps = [Lamp(1, "east"), Lamp(2, "east")]
    site = Site(street, lamps=lamps, speed=4)
    site.set_up("east")
    other = street.forwarder(site.gateway, _OTHER, tmst=77_000_000)
    site.city.order("east", id="dim", **_ORDER)
    first = _group_frame(site.forwarder, lamps)
    at_s = site.clock.now()
    assert _group_frame(other, lamps) == first
    on_air_s = 0.2  # 30 bytes at SF9
    assert site.clock.now() - at_s >= on_air_s


def _group_frame(forwarder: PacketForwarder, lamps: list[Lamp]) -> bytes:
    """The next frame that is for all of them."""
    while True:
        answer = forwarder.downlink()
        assert answer, "no frame for the group"
        if int.from_bytes(answer[1][1:5], "little") in lamps[0].keys:
            return answer[1]


def test_what_is_handed_over_is_in_the_ledger_whenever_the_gateway_dies(street: Street, lamp: Device):
    gateway = street.gateway(lamp)
    forwarder = street.forwarder(gateway)
    for number in range(1, 4):
        assert forwarder.push(lamp.join_request())
        assert forwarder.downlink()
        gateway.kill()
        assert _transmissions(gateway) == number
        gateway.start()
        forwarder.pull()


def _transmissions(gateway: GatewayProcess) -> int:
    with closing(sqlite3.connect(f"file:{gateway.database}?mode=ro", uri=True)) as db:
        return db.execute("SELECT count(*) FROM airtime").fetchone()[0]
