"""Activation: against a captured join, and through loss, refusal and power cuts."""

import asyncio
import time

from corolle.radio.lorawan import Identity, LoRaWan
from lora_network import DEV_ADDR, Air, Flash, Network, Node, Noise, PowerCut, loaded

# Captured on air; A. van Bentem, "Deciphering a LoRaWAN OTAA Join Accept" (runkit.com/avbentem), also
# github.com/anthonykirby/lora-packet, issue 10.
_REQUEST = bytes.fromhex("00dc0000d07ed5b3701e6fedf57ceeaf0085cc587fe913")
_ACCEPT = bytes.fromhex("204dd85ae608b87fc4889970b7d2042c9e72959b0057aed6094b16003df12de145")


class _Captured:
    """Answers the captured request with the captured accept."""

    def __init__(self):
        self.requests = []

    def on_uplink(self, air, uplink):
        if uplink.frame[0] == 0:
            self.requests.append(uplink.frame)
            start = time.ticks_add(uplink.end, 5000)
            air.coming.append((start, uplink.freq_hz, uplink.sf, _ACCEPT))


class _Garbling(Network):
    """One bit of each of its frames is wrong."""

    def _send(self, air, uplink, frame, window, delay_s, rx2_sf):
        garbled = frame[:-1] + bytes((frame[-1] ^ 1,))
        super()._send(air, uplink, garbled, window, delay_s, rx2_sf)


async def test_a_captured_join_is_repeated_byte_for_byte():
    flash = Flash({"lorawan_nonces": b"\x85\xcc\x00\x00\x00\x00\x00\x00"})  # 0xCC85 is next
    network = _Captured()
    identity = Identity("00afee7cf5ed6f1e", "70b3d57ed00000dc", "b6b53f4a168a7a88bdf7ea135ce9cfca")
    mac = LoRaWan(Air(network), identity, flash, log=lambda event, **fields: None)
    try:
        await asyncio.wait_for(mac.run(), 60)
    except asyncio.TimeoutError:  # noqa: UP041
        pass
    assert network.requests == [_REQUEST]
    assert mac.joined
    record = flash.records["lorawan"]
    assert bytes.fromhex("2c96f7028184bb0be8aa49275290d4fc") in record  # NwkSKey as published
    assert bytes.fromhex("f3a5c8f0232a38c144029c165865802c") in record  # AppSKey
    session = loaded(flash)
    assert session.dev_addr == DEV_ADDR
    assert (session.rx2_dr, session.rx1_delay_s, session.rx1_dr_offset) == (3, 1, 0)
    assert [session.channels[i][0] for i in (3, 7)] == [867_100_000, 867_900_000]


async def test_joins_in_either_window():
    for window in (1, 2):
        network = Network()
        network.join_window = window
        node = Node(network)
        await node.live(40)
        assert node.mac.joined, window
        assert node.events("joined") == [{"dev_addr": "26012e43", "dr": 5}]
        assert node.mac.stats["requests"] == 1


async def test_without_an_answer_rates_go_slower_and_pauses_keep_one_percent():
    network = Network()
    network.join_window = 0
    node = Node(network)
    await node.live(3600)
    spreading = [uplink.sf for uplink in node.air.sent]
    assert spreading[:7] == [7, 8, 9, 10, 11, 12, 7]
    assert {uplink.freq_hz for uplink in node.air.sent} <= {868_100_000, 868_300_000, 868_500_000}
    on_air_ms = sum(time.ticks_diff(uplink.end, uplink.start) for uplink in node.air.sent)
    assert 10_000 < on_air_ms < 36_000
    assert network.dev_nonces == list(range(len(node.air.sent)))


async def test_back_off_in_the_second_hour_and_after_half_a_day():
    network = Network()
    network.join_window = 0
    node = Node(network)
    await node.live(14 * 3600)
    starts = [time.ticks_diff(uplink.start, node.air.sent[0].start) // 1000 for uplink in node.air.sent]

    def on_air_ms(begin_s, end_s):
        chosen = [up for up, start in zip(node.air.sent, starts) if begin_s <= start < end_s]  # noqa: B905
        return sum(time.ticks_diff(uplink.end, uplink.start) for uplink in chosen)

    assert on_air_ms(0, 3600) < 36_000
    assert on_air_ms(3600, 11 * 3600) < 36_000
    assert on_air_ms(11 * 3600, 14 * 3600) < 8_700


async def test_a_street_does_not_join_in_step():
    starts = []
    for seed in range(20):
        node = Node(Network(), rng=Noise(seed * 7919))
        begun = time.ticks_ms()
        await node.live(30)
        starts.append(time.ticks_diff(node.air.sent[0].start, begun))
    assert max(starts) - min(starts) > 4_000
    assert len(set(starts)) > 15


async def test_an_accept_for_another_key_is_refused():
    node = Node(_Garbling())
    await node.live(20)
    assert not node.mac.joined
    assert node.events("join_refused")[0]["cause"] == "mic"
    assert node.mac.stats["refused"] >= 1


async def test_a_replayed_accept_is_refused():
    network = Network()
    flash = Flash()
    await Node(network, flash).live(40)
    flash.records["lorawan"] = b""  # the session is lost, the nonces are not
    network.join_nonce = 0  # the network, or somebody in its place, begins again
    node = Node(network, flash)
    await node.live(15)
    assert not node.mac.joined
    assert node.events("join_refused")[0]["cause"] == "replayed"
    await node.live(40)
    assert node.mac.joined


async def test_no_dev_nonce_twice_wherever_the_power_is_cut():
    for after in (False, True):
        network = Network()  # its own assertion watches every DevNonce
        records = {}
        for cut_at in range(1, 5):
            for _ in range(2):
                flash = Flash(records, cut_at, after)
                flash.records["lorawan"] = b""
                node = Node(network, flash)
                try:
                    await node.live(60)
                except PowerCut:
                    pass
                records = flash.records
        assert len(network.dev_nonces) >= 6  # a cut at the first write leaves nothing to send
        node = Node(network, Flash(records))
        await node.live(60)
        assert node.mac.joined


async def test_a_node_whose_nonces_are_used_up_says_so_and_is_silent():
    network = Network()
    network.join_window = 0
    flash = Flash({"lorawan_nonces": b"\xff\xff\x00\x00\x00\x00\x00\x00"})
    node = Node(network, flash)
    await node.live(7200)
    assert network.dev_nonces == [0xFFFF]
    assert len(node.events("join_impossible")) == 1


def test_identity_names_what_is_wrong_and_never_shows_the_key():
    key = "000102030405060708090a0b0c0d0e0f"
    for arguments, name in (
        (("00", "70b3d57ed00000dc", key), "dev_eui"),
        (("0011223344556677", "70b3d57ed00000dz", key), "join_eui"),
        (("0011223344556677", "70b3d57ed00000dc", key + "00"), "app_key"),
    ):
        try:
            Identity(*arguments)
        except ValueError as error:
            assert str(error).startswith(name)
            assert key not in str(error)
        else:
            raise AssertionError(name)
    identity = Identity("0011223344556677", "70b3d57ed00000dc", key)
    assert key not in repr(identity) + repr(identity.app_key) + str(identity.app_key)
    assert repr(bytes.fromhex(key)) not in repr(identity.app_key)
