"""Events are confirmed uplinks: they stay until they are acknowledged, and hold up nothing else."""

import asyncio
import time

from corolle.radio.lorawan import ACK, EVENT
from corolle.radio.lorawan.queue import SendQueue
from corolle.wire import lorawan as wire
from lora_network import Network, Node, Noise, loaded

_HOUR_S = 3600


async def _joined(nb_trans=1, data_rate=5, class_c=False):
    """A network and a node that is in its session and has not spoken yet."""
    network = Network()
    node = Node(network)
    await node.live(40)
    session = loaded(node.flash)
    session.nb_trans, session.data_rate = nb_trans, data_rate
    session.save()
    network.nb_trans = nb_trans
    network.ups.clear()
    return network, Node(network, node.flash, class_c=class_c)


def _frames(node, payload_port=20):
    """The frames of that port: (kind, counter, transmission)."""
    sent = []
    for uplink in node.air.sent:
        if wire.kind_of(uplink.frame) == wire.JOIN_REQUEST:
            continue
        frame = wire.parse_data(uplink.frame)
        if frame.f_port == payload_port:
            sent.append((frame.m_type, frame.f_cnt, uplink))
    return sent


def _gaps_ms(frames):
    return [time.ticks_diff(b[2].start, a[2].end) for a, b in zip(frames, frames[1:])]  # noqa: B905, RUF007 - MicroPython


def _payloads(network):
    return [clear for _, clear in network.ups if clear]


async def test_one_frame_that_is_acknowledged_is_enough():
    for class_c in (False, True):
        network, node = await _joined(3, class_c=class_c)
        node.mac.send(20, b"event", EVENT)
        node.mac.send(10, b"report")
        await node.live(2 * _HOUR_S)
        assert [kind for kind, _, _ in _frames(node)] == [wire.CONFIRMED_UP]
        assert {kind for kind, _, _ in _frames(node, 10)} == {wire.UNCONFIRMED_UP}
        assert _payloads(network) == [b"event", b"report"]
        assert node.events("unacknowledged") == []
        assert (node.mac.stats["retries"], node.mac.stats["queue full"]) == (0, 0)


async def test_a_repeat_and_what_follows_wait_for_the_retransmit_timeout():
    for class_c in (False, True):
        network, node = await _joined(3, class_c=class_c)
        network.window = 0
        node.mac.send(20, b"event", EVENT)
        node.mac.send(10, b"report")
        await node.live(30)
        events, reports = _frames(node), _frames(node, 10)
        assert len(events) == 3 and len({uplink.frame for _, _, uplink in events}) == 1
        gaps = _gaps_ms(events) + _gaps_ms([events[-1], reports[0]])
        assert all(3000 - 30 <= gap <= 5000 + 60 for gap in gaps), gaps
        assert max(gaps) - min(gaps) > 50, gaps  # at random
        assert all(gap < 2500 for gap in _gaps_ms(reports)), "nobody was asked to acknowledge these"


async def test_an_answer_without_the_acknowledgement_ends_the_repeats_and_is_no_receipt():
    network, node = await _joined(3)
    network.receipt = 0
    node.mac.send(20, b"event", EVENT)
    await node.live(3 * _HOUR_S)
    frames = _frames(node)
    assert len({f_cnt for _, f_cnt, _ in frames}) == len(frames)
    pauses_s = [gap // 1000 for gap in _gaps_ms(frames)]
    assert all((40 << i) <= pause_s <= (80 << i) + 5 for i, pause_s in enumerate(pauses_s)), pauses_s
    assert 5 <= len(pauses_s) <= 8, "a network that answers is not asked more often"


async def test_it_is_sent_again_in_new_frames_with_pauses_that_double_and_the_rest_goes_meanwhile():
    network, node = await _joined(2)
    network.window = 0
    task = asyncio.create_task(node.live(9 * _HOUR_S))
    node.mac.send(20, b"event", EVENT)
    for i in range(32):
        await asyncio.sleep(900)
        node.mac.send(10, bytes((i,)))
        await asyncio.sleep(20)
        assert network.ups[-1][1] == bytes((i,)) or network.ups[-2][1] == bytes((i,))
    frames = _frames(node)
    counters = [f_cnt for _, f_cnt, _ in frames]
    assert all(counters.count(f_cnt) == 2 for f_cnt in counters)
    pauses_s = [gap // 1000 for gap in _gaps_ms(frames) if gap > 10_000]
    for i, pause_s in enumerate(pauses_s):
        base_s = min(40 << i, 2560)
        assert base_s <= pause_s <= 2 * base_s + 20, pauses_s
    assert len(pauses_s) >= 10, pauses_s
    assert len(set(payload for payload in _payloads(network) if payload == b"event")) == 1
    assert node.mac.stats["retries"] == len(pauses_s)
    assert len(node.events("unacknowledged")) == len(counters) // 2
    network.window = 1
    await task
    assert node.mac.stats["queue full"] == 0


async def test_whoever_hears_the_network_again_sends_at_once_one_after_the_other():
    for class_c in (False, True):
        network, node = await _joined(class_c=class_c)
        network.window = 0
        task = asyncio.create_task(node.live(4 * _HOUR_S))
        for i in range(5):
            node.mac.send(20, bytes((i,)), EVENT)
        await asyncio.sleep(3 * _HOUR_S)
        tries = len(_frames(node))
        assert 5 <= tries <= 5 + 10, "one of them tries for all"
        network.window = 1
        network.ups.clear()
        network.answers.append(network.down(30, b"level 40"))
        node.mac.send(10, b"report")
        await asyncio.sleep(20)
        assert {clear for _, clear in network.ups} == {b"report"} | {bytes((i,)) for i in range(5)}
        assert len(network.ups) == 6
        await task
        assert len(network.ups) == 6


async def test_what_a_street_hears_is_not_answered_by_all_at_once():
    waits = set()
    for seed in range(1, 30):
        queue = SendQueue(8, Noise(seed))
        queue.push(EVENT, 20, b"event")
        for _ in range(8):
            queue.sent((EVENT, 20, b"event"))
            queue.unheard(60_000, True)
        queue.heard(True)
        waits.add((queue.again_ms() or 0) // 6000)
        assert (queue.again_ms() or 0) <= 60_000
        queue.unheard(60_000, True)
        queue.heard(False)
        assert queue.again_ms() == 0
    assert len(waits) >= 8


async def test_the_answer_to_what_comes_with_an_acknowledgement_is_not_held_up():
    network, node = await _joined()
    idle = []
    node.mac._on_downlink = lambda port, payload: idle.append(node.mac.idle)
    network.answers.append(network.down(32, b"\0", f_ctrl=wire.ACK))
    node.mac.send(20, b"event", EVENT)
    await node.live(20)
    assert idle == [True]


async def test_events_that_find_no_room_are_counted_and_leave_some_to_all_else():
    network, node = await _joined()
    network.window = 0
    task = asyncio.create_task(node.live(3 * _HOUR_S))
    for i in range(14):
        node.mac.send(20, bytes((i,)), EVENT)
        await asyncio.sleep(60)
    assert node.mac.stats["given up"] == node.mac.stats["queue full"] == 2
    node.mac.send(10, b"report")
    node.mac.send(31, b"ack", ACK)
    await asyncio.sleep(60)
    network.window = 1
    network.ups.clear()
    await task
    assert len(set(_payloads(network))) == len(_payloads(network)) == 12
    assert node.mac.stats["given up"] == 2
    assert _frames(node, 10) and _frames(node, 31)


async def test_what_waits_is_sent_in_the_next_session():
    network, node = await _joined()
    network.window = network.join_window = 0
    task = asyncio.create_task(node.live(100 * _HOUR_S))
    node.mac.send(20, b"event", EVENT)
    for _ in range(99 * 4):
        node.mac.send(10, b"report")
        await asyncio.sleep(900)
        if node.events("link_lost"):
            break
    network.ups.clear()
    network.window = network.join_window = 1
    while len(network.ups) < 2:
        await asyncio.sleep(60)
    assert _payloads(network).count(b"event") == 1
    network.ups.clear()
    await asyncio.sleep(2 * _HOUR_S)
    assert b"event" not in _payloads(network)
    task.cancel()


async def test_at_the_slowest_rate_retries_keep_to_the_back_off_of_clause_7():
    network, node = await _joined(3, data_rate=0)
    network.window = 0
    task = asyncio.create_task(node.live(60 * _HOUR_S))
    for i in range(8):
        node.mac.send(20, bytes((i,)) * 8, EVENT)
    begun = time.ticks_ms()
    await asyncio.sleep(59 * _HOUR_S)
    spent_ms = {}
    for _, _, uplink in _frames(node)[24:]:
        hours = time.ticks_diff(uplink.start, begun) / 3_600_000
        part = "first" if hours < 1 else "ten more" if hours < 11 else int((hours - 11) // 24)
        spent_ms[part] = spent_ms.get(part, 0) + time.ticks_diff(uplink.end, uplink.start)
    assert spent_ms["first"] <= 36_000 and spent_ms["ten more"] <= 36_000, spent_ms
    assert spent_ms[0] <= 9_000 and spent_ms[1] <= 9_000, spent_ms  # two attempts
    task.cancel()


async def test_a_radio_that_fails_meanwhile_loses_no_event():
    network, node = await _joined()
    task = asyncio.create_task(node.live(_HOUR_S))
    receive = node.air.receive

    async def broken(freq_hz, sf, bw_hz, timeout_ms, start_tick=None):
        node.air.receive = receive
        raise OSError("SX1262: BUSY high")

    node.air.receive = broken
    node.mac.send(20, b"event", EVENT)
    await task
    assert _payloads(network) == [b"event", b"event"]
    assert len(_frames(node)) == 2
