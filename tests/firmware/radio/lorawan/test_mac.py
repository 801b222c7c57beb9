"""The end-device as a whole, on an air that keeps the time."""

import asyncio
import time

from corolle.radio.lorawan import ACK, EVENT
from corolle.wire import lorawan as wire
from corolle.wire import mac_commands as mac
from lora_network import Flash, Network, Node, PowerCut, Uplink, loaded

_GPS_S = 1_468_000_000  # 1980-01-06 plus so much is 2026-07-14T17:46:22Z after 18 leap seconds
_UNIX_S = _GPS_S + 315_964_800 - 18


async def _joined(class_c=False):
    """A network and the flash of a node that has joined it."""
    network = Network()
    node = Node(network, class_c=class_c)
    await node.live(40)
    assert node.mac.joined
    network.ups.clear()
    return network, node.flash


async def test_the_first_uplink_asks_the_time_and_its_answer_is_exact():
    for window, rx1_delay_s in ((1, 1), (2, 1), (1, 5)):
        network = Network()
        network.window = window
        network.rx1_delay_s = rx1_delay_s
        join = network._join

        def joined(air, uplink, join=join, network=network):
            join(air, uplink)
            network.answers.append(network.down(f_opts=mac.build(mac.DEVICE_TIME, False, _GPS_S, 64)))

        network._join = joined
        node = Node(network)
        await node.live(40)
        frame, clear = network.ups[0]
        assert (frame.f_opts, frame.f_port, clear) == (b"\x0d", None, b"")
        ((unix_s, ms, tick),) = node.times
        uplink = node.air.sent[-1]
        elapsed_ms = 1000 * unix_s + ms - (1000 * _UNIX_S + 250)
        assert abs(time.ticks_diff(tick, uplink.end) - elapsed_ms) <= 1
        assert len(node.air.sent) == 2


async def test_time_is_asked_again_after_a_day_and_rides_along_until_it_is_answered():
    network, flash = await _joined()
    network.answers.append(network.down(f_opts=mac.build(mac.DEVICE_TIME, False, _GPS_S, 0)))
    node = Node(network, flash)
    await node.live(26 * 3600)
    assert len(node.times) == 1
    first, second, third = (uplink.start for uplink in node.air.sent[:3])
    assert abs(time.ticks_diff(second, first) // 1000 - 86_400) < 10
    assert abs(time.ticks_diff(third, second) // 1000 - 60) < 10  # nobody answered the second


async def test_uplinks_are_sent_at_once_and_in_order_of_priority():
    network, flash = await _joined()
    node = Node(network, flash)
    assert node.mac.idle
    node.mac.send(10, b"report")
    node.mac.send(20, b"event", EVENT)
    node.mac.send(31, b"ack", ACK)
    assert not node.mac.idle
    begun = time.ticks_ms()
    await node.live(30)
    assert node.mac.idle
    assert time.ticks_diff(node.air.sent[0].start, begun) < 10
    assert [clear for _, clear in network.ups] == [b"ack", b"event", b"report"]
    assert [line["port"] for line in node.events("uplink")] == [31, 20, 10]
    assert all(uplink.power_dbm == 14 for uplink in node.air.sent)


async def test_class_a_sleeps_between_and_hears_in_both_windows():
    network, flash = await _joined()
    for window in (1, 2):
        network.window = window
        network.answers.append(network.down(30, b"open"))
        node = Node(network, flash)
        node.mac.send(11, b"report")
        await node.live(20)
        assert node.heard == [(30, b"open")], window
        assert node.air.asleep


async def test_a_power_cut_needs_no_new_join():
    network, flash = await _joined()
    for _ in range(3):
        node = Node(network, flash)
        node.mac.send(10, b"report")
        await node.live(10)
        assert node.mac.stats["requests"] == 0
    assert len(network.dev_nonces) == 1
    assert [clear for _, clear in network.ups] == [b"report"] * 3


async def test_power_cut_at_every_flash_write_of_a_busy_hour():
    for after in (False, True):
        for cut_at in range(1, 14):
            network = Network()  # asserts that neither a DevNonce nor an uplink counter comes twice
            records = {}
            for cut in (cut_at, 3, 0):
                node = Node(network, Flash(records, cut, after), class_c=True)
                for i in range(12):
                    node.mac.send(10, bytes((i,)))
                    network.answers.append(b"")
                network.answers.clear()
                try:
                    await node.live(120)
                except PowerCut:
                    pass
                records = node.flash.records
            assert node.mac.joined, (cut_at, after)
            assert network.ups, (cut_at, after)


async def test_class_c_hears_at_any_time_and_acknowledges_at_once():
    network, flash = await _joined(class_c=True)
    node = Node(network, flash, class_c=True)
    task = asyncio.create_task(node.live(900))
    await asyncio.sleep(600)
    node.air.push(network.down(30, b"level 40", m_type=wire.CONFIRMED_DOWN))
    pushed = time.ticks_ms()
    await asyncio.sleep(1)
    assert node.heard == [(30, b"level 40")]
    frame, _ = network.ups[-1]
    assert frame.f_ctrl & wire.ACK
    assert time.ticks_diff(node.air.sent[-1].start, pushed) < 50
    await asyncio.sleep(10)
    assert node.air.listening == (869_525_000, 9)
    await task


async def test_class_c_listens_between_its_uplink_and_the_windows():
    network, flash = await _joined(class_c=True)
    node = Node(network, flash, class_c=True)
    task = asyncio.create_task(node.live(60))
    await asyncio.sleep(30)
    node.mac.send(10, b"report")
    await asyncio.sleep_ms(600)  # 57 ms on air, RX1 a second later
    node.air.push(network.down(30, b"now"))
    await asyncio.sleep_ms(100)
    assert node.heard == [(30, b"now")]
    await task


async def test_class_c_answers_at_once_and_what_is_sticky_then_rides_along_until_it_is_heard():
    for request, answer in (  # clauses 5.4, 5.6 and 5.7
        (mac.build(mac.RX_PARAM_SETUP, False, 0, 3, 8_695_250), b"\x05\x07"),
        (mac.build(mac.DL_CHANNEL, False, 0, 8_681_000), b"\x0a\x03"),
        (mac.build(mac.RX_TIMING_SETUP, False, 1), b"\x08"),
    ):
        network, flash = await _joined(class_c=True)
        network.answers.append(network.down(f_opts=mac.build(mac.DEVICE_TIME, False, _GPS_S, 0)))
        node = Node(network, flash, class_c=True)
        task = asyncio.create_task(node.live(3 * 3600))
        await asyncio.sleep(30)
        network.ups.clear()
        node.air.push(network.down(f_opts=request))
        await asyncio.sleep(3600)  # the network is silent
        assert [(frame.f_port, frame.f_opts) for frame, _ in network.ups] == [(None, answer)]
        for down in (None, network.down(), None):
            network.answers += [down] if down else []
            node.mac.send(10, b"report")
            await asyncio.sleep(900)
        assert [(frame.f_port, frame.f_opts) for frame, _ in network.ups[1:]] == [
            (10, answer),
            (10, answer),
            (10, b""),
        ]
        task.cancel()


async def test_only_what_class_c_hears_in_its_windows_shows_that_it_is_heard():
    for window in (1, 2):
        network, flash = await _joined(class_c=True)
        network.answers.append(network.down(f_opts=mac.build(mac.DEVICE_TIME, False, _GPS_S, 0)))
        node = Node(network, flash, class_c=True)
        task = asyncio.create_task(node.live(3 * 3600))
        await asyncio.sleep(30)
        network.ups.clear()
        node.air.push(network.down(f_opts=mac.build(mac.RX_TIMING_SETUP, False, 1)))
        await asyncio.sleep(20)
        for i in range(70):
            node.mac.send(10, b"report")
            await asyncio.sleep_ms(600)
            node.air.push(network.down(30, bytes((2 * i,))))  # before RX1
            await asyncio.sleep(20)
            node.air.push(network.down(30, bytes((2 * i + 1,))))  # long after RX2
            await asyncio.sleep(20)
        assert [payload[0] for _, payload in node.heard] == list(range(140))
        assert [frame.f_opts for frame, _ in network.ups] == [b"\x08"] * 71
        asks = [bool(frame.f_ctrl & wire.ADR_ACK_REQ) for frame, _ in network.ups]
        assert asks == [False] * 64 + [True] * 7  # ADR_ACK_LIMIT is 64
        network.window = window
        network.answers.append(network.down())
        for _ in range(2):
            node.mac.send(10, b"report")
            await asyncio.sleep(20)
        frame, _ = network.ups[-1]
        assert (frame.f_opts, frame.f_ctrl & wire.ADR_ACK_REQ) == (b"", 0), window
        task.cancel()


async def test_the_time_counts_from_the_repeat_that_was_heard():
    network, flash = await _joined()
    session = loaded(flash)
    session.nb_trans = 3
    session.save()
    node = Node(network, flash)
    data = network._data

    def deaf_once(air, uplink):
        if len(air.sent) == 2:
            data(air, uplink)

    network._data = deaf_once
    network.answers.append(network.down(f_opts=mac.build(mac.DEVICE_TIME, False, _GPS_S, 64)))
    await node.live(20)
    ((unix_s, ms, tick),) = node.times
    elapsed_ms = 1000 * unix_s + ms - (1000 * _UNIX_S + 250)
    assert abs(time.ticks_diff(tick, node.air.sent[1].end) - elapsed_ms) <= 1
    assert len(node.air.sent) == 2


async def test_rx1_is_where_the_network_has_moved_it():
    network, flash = await _joined()
    session = loaded(flash)
    for index in range(3, 8):
        session.remove_channel(index)
    session.save()
    moved = b"".join(mac.build(mac.DL_CHANNEL, False, index, 8_695_250) for index in range(3))
    network.answers += [network.down(f_opts=moved), network.down(30, b"level 40")]
    node = Node(network, flash)
    await node.live(20)
    send = network._send

    def send_elsewhere(air, uplink, frame, window, delay_s, rx2_sf):
        moved_up = Uplink(uplink[0], 869_525_000, *uplink[2:])
        send(air, moved_up, frame, window, delay_s, rx2_sf)

    network._send = send_elsewhere
    again = Node(network, flash)  # over a restart as well
    again.mac.send(10, b"report")
    await again.live(20)
    assert again.heard == [(30, b"level 40")]


async def test_repeats_until_answered():
    network, flash = await _joined()
    network.answers.append(network.down(f_opts=mac.build(mac.LINK_ADR, False, 5, 0, 0x00FF, 0, 3)))
    node = Node(network, flash)
    await node.live(20)
    counters = [int.from_bytes(uplink.frame[6:8], "little") for uplink in node.air.sent]
    assert len(counters) == 1
    network._data = lambda air, uplink: None  # nobody answers, and repeats carry the same counter
    again = Node(network, flash)
    again.mac.send(10, b"report")
    await again.live(20)
    counters = [int.from_bytes(uplink.frame[6:8], "little") for uplink in again.air.sent]
    assert len(counters) == 3
    assert len(set(counters)) == 1


async def test_the_network_says_it_holds_more_and_is_asked():
    network, flash = await _joined()
    network.answers.append(network.down(30, b"one", f_ctrl=wire.F_PENDING))
    network.answers.append(network.down(30, b"two"))
    node = Node(network, flash)
    node.mac.send(11, b"report")
    await node.live(20)
    assert node.heard == [(30, b"one"), (30, b"two")]
    assert [clear for _, clear in network.ups] == [b"report", b""]


async def test_too_long_for_the_data_rate_is_counted_and_stops_nothing():
    network, flash = await _joined()
    node = Node(network, flash)
    node.mac.send(10, bytes(223))
    node.mac.send(10, b"short")
    await node.live(20)
    assert node.mac.stats["too long"] == 1
    assert [clear for _, clear in network.ups] == [b"short"]


async def test_duty_cycle_delays_and_loses_nothing():
    network, flash = await _joined()
    node = Node(network, flash)
    task = asyncio.create_task(node.live(3600))
    for i in range(110):
        node.mac.send(10, bytes(200) + bytes((i,)))
        await asyncio.sleep(15)
    await task
    on_air_ms = {}
    for uplink in node.air.sent:
        band = 867 if uplink.freq_hz < 868_000_000 else 868
        on_air_ms[band] = on_air_ms.get(band, 0) + time.ticks_diff(uplink.end, uplink.start)
    assert all(ms <= 36_000 for ms in on_air_ms.values()), on_air_ms
    assert node.mac.stats["queue full"] == 0
    assert [clear[-1] for _, clear in network.ups if clear] == list(range(110))
    assert time.ticks_diff(node.air.sent[-1].start, node.air.sent[0].start) > 110 * 15_000


async def test_a_radio_that_fails_is_reset_ever_less_often_and_recovers():
    network, flash = await _joined()
    node = Node(network, flash)
    node.air.broken = "SX1262: BUSY high"
    task = asyncio.create_task(node.live(3600))
    node.mac.send(10, b"report")
    await asyncio.sleep(300)
    assert not node.mac.healthy
    assert 5 <= node.air.resets <= 10
    errors = node.events("radio_error")
    assert errors[0]["error"] == "SX1262: BUSY high"
    assert [error["retry_s"] for error in errors[:4]] == [2, 4, 8, 16]
    node.air.broken = ""
    await asyncio.sleep(400)
    assert node.mac.healthy
    assert [clear for _, clear in network.ups if clear] == [b"report"]
    await task


async def test_a_dead_network_is_left_for_a_new_join():
    network, flash = await _joined()
    network.window = 0
    node = Node(network, flash)
    task = asyncio.create_task(node.live(100 * 3600))
    for _ in range(99 * 4):
        node.mac.send(10, b"report")
        await asyncio.sleep(900)
        if node.events("link_lost"):
            break
    assert len(node.events("link_lost")) == 1
    await asyncio.sleep(600)
    assert node.mac.joined
    assert len(network.dev_nonces) == 2
    task.cancel()


async def test_secrets_are_never_in_the_log():
    node = Node(Network())
    await node.live(60)
    flash = node.flash
    text = repr(node.lines) + repr(node.mac) + repr(node.mac.__dict__)
    raw_keys = [flash.records["lorawan"][5:21], flash.records["lorawan"][21:37]]
    for raw in raw_keys:
        assert raw.hex() not in text
        assert repr(raw)[2:-1] not in text
