"""kill -9 at any moment: nothing acknowledged is lost, and what is repeated is known by its id."""

import random
import sqlite3
import time

from corolle_gateway.northbound.publisher import MOST_UNSETTLED
from gateway_street import Street, join
from radio_device import Device

_KILLS = 6


def test_every_report_that_was_acknowledged_reaches_the_city(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    moments = random.Random(20_260_714)
    sent: dict[bytes, int] = {}
    for _ in range(_KILLS):
        end = time.monotonic() + moments.uniform(0.02, 0.2)
        while time.monotonic() < end:
            token = forwarder.push_later(lamp.report())
            sent[token] = lamp.f_cnt - 1
            time.sleep(0.0005)
        gateway.kill()
        gateway.start()
        forwarder.pull()
    acknowledged = {lamp.message_id(f_cnt) for token, f_cnt in sent.items() if forwarder.acked(token)}
    assert len(acknowledged) > 100
    assert forwarder.push(lamp.report())
    city.wait("lamp-1/report", lambda body: body["id"] == lamp.message_id(lamp.f_cnt - 1))
    time.sleep(0.3)  # behind it, nothing is under way
    told = [body["id"] for body in city.of("lamp-1/report")]
    assert acknowledged <= set(told)
    assert len(told) - len(set(told)) <= MOST_UNSETTLED * _KILLS
    totals = [body["counters"].get("uplinks", 0) for body in city.of("status") if "counters" in body]
    assert totals == sorted(totals)


def test_after_it_no_unit_rejoins_and_no_replay_is_taken(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    frame = lamp.report()
    assert forwarder.push(frame)
    city.order("lamp-1", id="a", verb="report")
    answer = forwarder.downlink()
    assert answer is not None
    lamp.read(answer[1])
    gateway.kill()
    gateway.start()
    forwarder.pull()
    assert forwarder.push(frame)
    city.wait_rejected("replayed")
    assert forwarder.push(lamp.report(passages=7))
    city.wait("lamp-1/report", lambda body: body["passages"] == 7)
    with sqlite3.connect(f"file:{gateway.database}?mode=ro", uri=True) as db:
        assert db.execute("SELECT f_cnt_up, active FROM sessions").fetchall() == [(3, 1)]
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
