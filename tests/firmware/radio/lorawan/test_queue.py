from corolle.radio.lorawan.queue import ACK, EVENT, REPORT, SendQueue
from lora_network import Noise


def _drain(queue):
    payloads = []
    while queue.first():
        item = queue.first()
        payloads.append(item[2])
        queue.done(item)
    return payloads


def test_what_matters_goes_first_and_the_oldest_of_it():
    queue = SendQueue(8, Noise(1))
    for priority, payload in ((REPORT, b"r1"), (EVENT, b"e1"), (REPORT, b"r2"), (ACK, b"a1"), (EVENT, b"e2")):
        assert queue.push(priority, 1, payload)
    assert _drain(queue) == [b"a1", b"e1", b"e2", b"r1", b"r2"]


def test_a_full_queue_gives_up_its_oldest_report():
    queue = SendQueue(3, Noise(1))
    queue.push(EVENT, 1, b"e1")
    queue.push(REPORT, 1, b"r1")
    queue.push(REPORT, 1, b"r2")
    assert queue.push(REPORT, 1, b"r3")
    assert queue.push(ACK, 1, b"a1")
    assert queue.dropped == 2
    assert _drain(queue) == [b"a1", b"e1", b"r3"]


def test_a_report_does_not_push_out_an_event():
    queue = SendQueue(2, Noise(1))
    queue.push(EVENT, 1, b"e1")
    queue.push(EVENT, 1, b"e2")
    assert not queue.push(REPORT, 1, b"r1")
    assert queue.dropped == 1
    assert _drain(queue) == [b"e1", b"e2"]


def test_what_came_while_sending_stays():
    queue = SendQueue(4, Noise(1))
    queue.push(REPORT, 1, b"r1")
    sending = queue.first()
    queue.push(ACK, 1, b"a1")
    queue.done(sending)
    assert _drain(queue) == [b"a1"]
    queue.done(None)


def test_an_event_stays_until_it_is_acknowledged_and_lets_others_go_first():
    queue = SendQueue(8, Noise(1))
    for priority, payload in ((EVENT, b"e1"), (EVENT, b"e2"), (REPORT, b"r1")):
        queue.push(priority, 1, payload)
    first = queue.first()
    assert queue.again_ms() is None
    queue.sent(first)
    queue.unheard(60_000, True)
    due_ms = queue.again_ms() or 0
    assert due_ms >= 40_000
    queue.sent(queue.first())
    queue.unheard(60_000, True)
    assert (queue.again_ms() or 0) <= due_ms, "a new one puts off none"
    assert _drain(queue) == [b"r1"] and not len(queue)
    queue.heard(False)
    assert queue.again_ms() == 0
    queue.push(REPORT, 1, b"r2")
    queue.push(EVENT, 1, b"e3")
    newer = queue.first()
    assert newer == (EVENT, 1, b"e3")
    queue.done(newer)
    assert queue.first() == first
    queue.sent(first)
    queue.acknowledged(first)
    assert _drain(queue) == [b"e2", b"r2"]
    assert (queue.retries, queue.dropped, queue.given_up) == (1, 0, 0)


def test_a_full_queue_gives_up_the_event_that_was_tried_longest_ago():
    queue = SendQueue(4, Noise(1))
    for i in range(4):
        queue.push(EVENT, 1, bytes((i,)))
        queue.sent(queue.first())
        queue.unheard(60_000, True)
    assert (queue.dropped, queue.given_up) == (1, 1), "the last place is not theirs"
    queue.push(REPORT, 1, b"r1")
    queue.push(REPORT, 1, b"r2")
    assert (queue.dropped, queue.given_up) == (2, 1), "the older report"
    queue.push(ACK, 1, b"a1")
    queue.push(ACK, 1, b"a2")
    assert (queue.dropped, queue.given_up) == (4, 2)
    assert not queue.push(REPORT, 1, b"r3") and queue.given_up == 2
    assert _drain(queue) == [b"a1", b"a2"]
    queue.heard(False)
    assert _drain(queue) == [b"\x02", b"\x03"]
