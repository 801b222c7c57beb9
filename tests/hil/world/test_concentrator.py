"""The virtual concentrator, seen from a gateway's UDP socket."""

import base64
import json
import socket
import struct

import pytest
from corolle_hil.world.air import Air
from corolle_hil.world.concentrator import Concentrator
from corolle_hil.world.lora import Signal
from corolle_hil.world.place import Site
from corolle_hil.world.propagation import Position, Propagation

EUI = bytes.fromhex("020000fffe000001")
PUSH_DATA, PUSH_ACK, PULL_DATA, PULL_RESP, PULL_ACK, TX_ACK = range(6)
DOWN = {
    "freq": 869.525,
    "rfch": 0,
    "powe": 14,
    "modu": "LORA",
    "datr": "SF9BW125",
    "codr": "4/5",
    "ipol": True,
}


class Node:
    """A radio that sends uplinks and hears downlinks at 869.525 MHz, SF9."""

    side, noise_figure_db, transmitting = "node", 6.0, False

    def __init__(self, air, name="node", x_m=50.0):
        self.name, self.position, self.heard = name, Position(x_m, 0.0), []
        self.air = air
        air.join(self)

    def send(self, payload=b"uplink", freq_hz=868_300_000, sf=9, **others):
        signal = Signal(freq_hz, sf, 125_000, payload, 14.0, low_data_rate=sf > 10, **others)
        return self.air.transmit(self, signal)

    def listening_since_us(self, signal):
        return 0 if signal.iq_inverted and (signal.freq_hz, signal.sf) == (869_525_000, 9) else None

    def lock(self, reception):
        return None

    def header(self, reception):
        pass

    def finish(self, reception):
        self.heard.append((reception.radio.air._scheduler.now_us, reception.signal.payload, reception.cause))


_PATIENCE_S = 10.0  # a datagram on this machine takes no time, and its cores may have other things to do


class Gateway:
    """The gateway's end: a socket, and a street to let time pass in."""

    def __init__(self, scheduler):
        self.scheduler = scheduler
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(_PATIENCE_S)
        self.taps = []
        self.air = Air(scheduler, Propagation(scheduler.rng, shadowing_db=0.0))
        self.node = Node(self.air)
        self.concentrator = self.put_up("roof")
        self.client = ("127.0.0.1", 0)

    def put_up(self, name, **others):
        server = self.socket.getsockname()
        site = Site(name, Position(0.0, 0.0, 25.0))
        return Concentrator(
            self.scheduler, self.air, site, EUI, server, lambda *tap: self.taps.append(tap), **others
        )

    def wait(self, seconds):
        self.scheduler.run(self.scheduler.now_us + round(seconds * 1e6))

    def receive(self):
        data, self.client = self.socket.recvfrom(65535)
        assert (data[0], data[4:12]) == (2, EUI)
        return data[3], data[1:3], json.loads(data[12:]) if data[12:] else None

    def expect(self, kind):
        while True:
            found, token, body = self.receive()
            if found == kind:
                return token, body

    def nothing_of(self, kind):
        self.socket.settimeout(0.02)
        try:
            while True:
                assert self.receive()[0] != kind
        except TimeoutError:
            self.socket.settimeout(_PATIENCE_S)

    def send(self, kind, token=b"\1\2", body=b""):
        self.socket.sendto(b"\2" + token + bytes([kind]) + body, self.client)
        self.wait(0)

    def order(self, data=b"downlink", **fields):
        txpk = DOWN | {"size": len(data), "data": base64.b64encode(data).decode()} | fields
        self.send(PULL_RESP, b"\7\7", json.dumps({"txpk": txpk}).encode())
        token, answer = self.expect(TX_ACK)
        return token, answer or {}

    def error_of(self, **fields):
        return self.order(**fields)[1]["txpk_ack"]["error"]


@pytest.fixture
def gateway(scheduler):
    it = Gateway(scheduler)
    it.wait(0)
    it.expect(PULL_DATA)
    yield it
    it.concentrator.close()
    it.socket.close()


def test_an_uplink_becomes_an_rxpk(gateway):
    gateway.wait(100)
    flight = gateway.node.send(b"\x40hello", freq_hz=868_299_999)
    gateway.wait(1)
    _, body = gateway.expect(PUSH_DATA)
    while "rxpk" not in body:
        _, body = gateway.expect(PUSH_DATA)
    (rxpk,) = body["rxpk"]
    assert rxpk["tmst"] == flight.end_us
    assert rxpk["time"] == f"2026-07-13T00:01:40.{flight.end_us % 1_000_000:06d}Z"
    assert base64.b64decode(rxpk["data"]) == b"\x40hello"
    expected = {
        "chan": 1,
        "freq": 868.3,
        "stat": 1,
        "modu": "LORA",
        "datr": "SF9BW125",
        "codr": "4/5",
        "size": 6,
    }
    assert expected.items() <= rxpk.items()
    # 128.95 + 23.2 log10(0.0542 km) = 99.6 dB: the roof is 21 m above the node.
    assert rxpk["rssi"] == pytest.approx(14 - 99.6, abs=0.6)


def test_pull_data_comes_every_ten_seconds_of_street_time(gateway):
    gateway.wait(30)
    for _ in range(3):
        gateway.expect(PULL_DATA)
    gateway.nothing_of(PULL_DATA)


def test_an_unacknowledged_rxpk_is_repeated_until_it_is_acknowledged(gateway, monkeypatch):
    real_s = [1000.0]
    monkeypatch.setattr("corolle_hil.world.forwarder.time.monotonic", lambda: real_s[0])
    gateway.node.send()
    gateway.wait(1)
    token, body = gateway.expect(PUSH_DATA)
    gateway.wait(4)
    gateway.nothing_of(PUSH_DATA)
    real_s[0] += 1
    gateway.wait(2)
    assert gateway.expect(PUSH_DATA) == (token, body)
    gateway.send(PUSH_ACK, token)
    real_s[0] += 10
    gateway.wait(10)
    gateway.nothing_of(PUSH_DATA)
    assert gateway.concentrator.forwarder.counts["repeated"] == 1


def test_the_buffer_is_bounded_and_says_what_it_dropped(gateway):
    forwarder = gateway.concentrator.forwarder
    for number in range(1005):
        forwarder.push({"rxpk": [{"n": number}]})
    assert forwarder.counts["dropped: buffer full"] == 5


def test_a_downlink_leaves_at_its_timestamp(gateway):
    assert gateway.error_of(tmst=3_000_000) == "NONE"
    gateway.wait(5)
    ((end_us, payload, cause),) = gateway.node.heard
    airtime_us = Signal(869_525_000, 9, 125_000, b"downlink", 14.0).airtime_us
    assert (end_us, payload, cause) == (3_000_000 + airtime_us, b"downlink", None)


def test_an_immediate_downlink_leaves_a_second_later(gateway):
    token, body = gateway.order(imme=True)
    assert (token, body) == (b"\7\7", {"txpk_ack": {"error": "NONE"}})
    gateway.wait(2)
    assert len(gateway.node.heard) == 1


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"tmst": 10_000}, "TOO_LATE"),
        ({"tmst": 600_000_000}, "TOO_EARLY"),
        ({"tmst": (1 << 32) - 5_000_000}, "TOO_LATE"),
        ({"imme": True, "freq": 915.0}, "TX_FREQ"),
        ({"imme": True, "powe": 30}, "TX_POWER"),
    ],
)
def test_impossible_downlinks_are_refused(gateway, fields, error):
    assert gateway.error_of(**fields) == error
    gateway.wait(5)
    assert gateway.node.heard == []


def test_overlapping_downlinks_are_refused(gateway):
    assert gateway.error_of(tmst=3_000_000) == "NONE"
    assert gateway.error_of(tmst=3_050_000) == "COLLISION_PACKET"


def test_tmst_wraps_after_71_minutes(gateway):
    for _ in range(30):
        gateway.wait(143)
        gateway.nothing_of(PULL_RESP)
    assert gateway.error_of(tmst=(gateway.scheduler.now_us + 10_000_000) % (1 << 32)) == "NONE"
    gateway.wait(10.5)
    assert len(gateway.node.heard) == 1
    assert gateway.concentrator.tmst == gateway.scheduler.now_us - (1 << 32)


def test_a_reboot_restarts_tmst_and_forgets_what_was_planned(gateway):
    gateway.wait(50)
    gateway.order(imme=True)
    gateway.concentrator.reboot(boot_us=20_000_000)
    gateway.node.send()
    gateway.wait(19)
    assert gateway.node.heard == []
    assert gateway.air.tally["node"].lost == {"not_listening": 1}
    gateway.wait(2)
    assert gateway.concentrator.tmst == 1_000_000
    old = gateway.client
    gateway.expect(PULL_DATA)
    while gateway.client == old:
        gateway.expect(PULL_DATA)


def test_while_it_sends_it_hears_nothing(gateway):
    gateway.order(tmst=1_000_000)
    gateway.wait(1.05)
    gateway.node.send()
    gateway.wait(2)
    assert gateway.air.tally["node"].lost == {"half_duplex": 1}


def test_a_collision_is_counted_and_not_forwarded(gateway):
    other = Node(gateway.air, "other", -50.0)
    gateway.node.send()
    gateway.wait(0.1)
    other.send()
    gateway.wait(1)
    assert gateway.concentrator.crc_errors == 1
    gateway.nothing_of(PUSH_DATA)


@pytest.mark.parametrize(
    "strange",
    [{"freq_hz": 869_525_000}, {"sync_word": 0x12}, {"iq_inverted": True}, {"explicit_header": False}],
)
def test_what_is_no_uplink_of_lorawan_is_not_heard(gateway, strange):
    gateway.node.send(**strange)
    gateway.wait(1)
    gateway.nothing_of(PUSH_DATA)


def test_at_most_16_frames_at_once(gateway):
    nodes = [Node(gateway.air, f"node {number}", 50.0 + number) for number in range(24)]
    for number, node in enumerate(nodes):
        node.send(freq_hz=868_100_000 + 200_000 * (number % 3), sf=7 + number % 6 // 3 * 5)
    many = [(freq, sf) for freq in (867.1, 867.3, 867.5, 867.7) for sf in (7, 8, 9, 10)]
    for node, (freq, sf) in zip(nodes, many, strict=False):
        node.send(freq_hz=round(freq * 1e6), sf=sf)
    gateway.wait(5)
    assert gateway.air.tally["node"].lost["receiver_busy"] > 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\2\0\0",
        b"\1\0\0\3{}",
        b"\2\0\0\3",
        b"\2\0\0\3not json",
        b"\2\0\0\3" + b"[" * 5000,
        b'\2\0\0\3{"txpk":7}',
        b'\2\0\0\3{"txpk":{"imme":true}}',
        b'\2\0\0\3{"txpk":{"imme":true,"freq":"x","datr":"SF9BW125","size":1,"data":"AA=="}}',
        b'\2\0\0\3{"txpk":{"imme":true,"freq":869.525,"datr":"SF99","size":1,"data":"AA=="}}',
        b'\2\0\0\3{"txpk":{"imme":true,"freq":869.525,"datr":"SF9BW125","size":2,"data":"AA=="}}',
        b'\2\0\0\3{"txpk":{"imme":true,"freq":1e999,"datr":"SF9BW125","size":1,"data":"AA=="}}',
        b'\2\0\0\3{"txpk":{"imme":true,"freq":869.525,"datr":"SF9BW125","size":1,"data":"!!"}}',
        b"\2\0\0\xff",
    ],
)
def test_malformed_datagrams_are_counted_and_stop_nothing(gateway, data):
    gateway.socket.sendto(data, gateway.client)
    gateway.wait(0)
    counts = gateway.concentrator.forwarder.counts
    assert [name for name in counts if name.startswith("ignored")]
    assert gateway.error_of(tmst=3_000_000) == "NONE"


def test_strangers_are_not_listened_to(gateway):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"\2\0\0\3{}", gateway.client)
        gateway.wait(0)
    assert gateway.concentrator.forwarder.counts["ignored: not from the server"] == 1


def test_a_cut_link_keeps_frames_until_it_is_back(gateway, monkeypatch):
    monkeypatch.setattr("corolle_hil.world.forwarder._RETRY_REAL_S", 0.0)
    gateway.concentrator.forwarder.link_up = False
    gateway.node.send()
    gateway.wait(25)
    gateway.nothing_of(PUSH_DATA)
    gateway.concentrator.forwarder.link_up = True
    gateway.wait(3)
    assert "rxpk" in gateway.expect(PUSH_DATA)[1]


def test_a_status_report_every_30_seconds(gateway):
    gateway.node.send()
    gateway.wait(31)
    _, body = gateway.expect(PUSH_DATA)
    while "stat" not in body:
        _, body = gateway.expect(PUSH_DATA)
    assert body["stat"]["time"] == "2026-07-13 00:00:30 GMT"
    assert (body["stat"]["rxok"], body["stat"]["rxfw"]) == (1, 1)


def test_the_tap_sees_each_datagram_with_its_street_time(gateway):
    gateway.wait(10)
    gateway.send(PULL_ACK)
    directions = [(direction, unix_us) for direction, unix_us, _ in gateway.taps]
    start_us = gateway.scheduler.epoch_us
    assert directions == [("up", start_us), ("up", start_us + 10_000_000), ("down", start_us + 10_000_000)]
    assert struct.unpack(">BHB", gateway.taps[-1][2][:4])[2] == PULL_ACK
