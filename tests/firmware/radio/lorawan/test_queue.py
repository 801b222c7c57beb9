from corolle.radio.lorawan.queue import ACK, EVENT, REPORT, SendQueue


def _drain(queue):
    payloads = []
    while queue.first():
        item = queue.first()
        payloads.append(item[2])
        queue.done(item)
    return payloads


def test_what_matters_goes_first_and_the_oldest_of_it():
    queue = SendQueue(8)
    for priority, payload in ((REPORT, b"r1"), (EVENT, b"e1"), (REPORT, b"r2"), (ACK, b"a1"), (EVENT, b"e2")):
        assert queue.push(priority, 1, payload)
    assert _drain(queue) == [b"a1", b"e1", b"e2", b"r1", b"r2"]


def test_a_full_queue_gives_up_its_oldest_report():
    queue = SendQueue(3)
    queue.push(EVENT, 1, b"e1")
    queue.push(REPORT, 1, b"r1")
    queue.push(REPORT, 1, b"r2")
    assert queue.push(REPORT, 1, b"r3")
    assert queue.push(ACK, 1, b"a1")
    assert queue.dropped == 2
    assert _drain(queue) == [b"a1", b"e1", b"r3"]


def test_a_report_does_not_push_out_an_event():
    queue = SendQueue(2)
    queue.push(EVENT, 1, b"e1")
    queue.push(EVENT, 1, b"e2")
    assert not queue.push(REPORT, 1, b"r1")
    assert queue.dropped == 1
    assert _drain(queue) == [b"e1", b"e2"]


def test_what_came_while_sending_stays():
    queue = SendQueue(4)
    queue.push(REPORT, 1, b"r1")
    sending = queue.first()
    queue.push(ACK, 1, b"a1")
    queue.done(sending)
    assert _drain(queue) == [b"a1"]
    queue.done(None)
