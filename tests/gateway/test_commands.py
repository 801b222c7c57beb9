"""A command's whole way against the real process: from the city's topic to the unit and back."""

import json
import time

from corolle.wire import lorawan, words
from corolle.wire.lorawan import F_PENDING
from gateway_street import Street, join
from radio_device import Device


def test_a_lamp_gets_it_at_once_and_the_city_its_acknowledgement(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    before = time.time()
    city.order("lamp-1", id="a", verb="level", value=40, for_s=600, author="ops")
    city.wait_ack("lamp-1", "a", "accepted")
    answer = forwarder.downlink()
    assert answer is not None
    txpk, phy = answer
    assert (txpk.get("imme"), txpk["freq"], txpk["datr"]) == (True, 869.525, "SF9BW125")
    command = lamp.command(phy)
    assert (command["verb"], command["value"], command["author"]) == (
        words.code_of(words.VERBS, "level"),
        40,
        "ops",
    )
    assert before + 599 <= command["until_s"] <= time.time() + 600
    city.wait_ack("lamp-1", "a", "sent")
    assert forwarder.push(lamp.ack(command["id"]))
    ack = city.wait_ack("lamp-1", "a", "acknowledged")
    assert (ack["unit"], ack["reason"], ack["value"]) == ("lamp-1", "override", 40)


def test_a_canopy_gets_it_after_its_next_uplink(street: Street):
    canopy = Device("canopy-1", "canopy", 2)
    gateway = street.gateway(canopy)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(canopy, forwarder)
    city.order("canopy-1", id="b", verb="open", value=120)
    city.wait_ack("canopy-1", "b", "queued")
    city.order("canopy-1", id="c", verb="report")
    city.wait_ack("canopy-1", "c", "queued")
    assert forwarder.downlink(0.3) is None
    assert forwarder.push(canopy.report(), tmst=9_000_000)
    answer = forwarder.downlink()
    assert answer is not None and answer[0]["tmst"] == 10_000_000
    data, _ = canopy.read(answer[1])
    assert data.f_ctrl & F_PENDING  # another one waits
    canopy.f_cnt_down -= 1  # read it once more, this time as a command
    command = canopy.command(answer[1])
    city.wait_ack("canopy-1", "b", "sent")
    assert forwarder.push(canopy.ack(command["id"], value=120))
    city.wait_ack("canopy-1", "b", "acknowledged")
    following = forwarder.downlink()
    assert following is not None
    assert canopy.command(following[1])["id"] == command["id"] + 1


def test_a_unit_s_refusal_is_told_with_its_reason(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    verdict = words.code_of(words.VERDICTS, "refused")
    reason = words.code_of(words.REASONS, "derating")
    city.order("lamp-1", id="a", verb="level", value=100)
    answer = forwarder.downlink()
    assert answer is not None
    assert forwarder.push(lamp.ack(lamp.command(answer[1])["id"], verdict, reason, 60))
    ack = city.wait_ack("lamp-1", "a", "refused")
    assert (ack["reason"], ack["value"]) == ("refused: derating", 60)


def test_a_silent_lamp_is_told_again_and_then_given_up(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp, clock=street.clock(speed=150))
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    city.order("lamp-1", id="a", verb="level", value=40, for_s=3600)
    ids = []
    for _ in range(5):
        answer = forwarder.downlink()
        assert answer is not None
        ids.append(lamp.command(answer[1])["id"])  # a new frame each time, one and the same command
    assert len(set(ids)) == 1
    assert city.wait_ack("lamp-1", "a", "failed")["reason"] == "no acknowledgement after 5 transmissions"
    assert forwarder.downlink(0.3) is None
    assert len([body for body in city.of("lamp-1/ack") if body["status"] == "sent"]) == 1


def test_what_waits_too_long_expires_and_says_so(street: Street):
    canopy, lamp = Device("canopy-1", "canopy", 2), Device("lamp-1")
    gateway = street.gateway(canopy, lamp, clock=street.clock(speed=60))
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(canopy, forwarder)
    city.order("canopy-1", id="b", verb="open", value=60, for_s=30)
    city.order("lamp-1", id="never-joined", verb="level", value=10, for_s=30)
    assert city.wait_ack("canopy-1", "b", "expired")["reason"] == "no way to the unit before it ended"
    city.wait_ack("lamp-1", "never-joined", "expired")
    assert forwarder.push(canopy.report())
    assert forwarder.downlink(0.3) is None


def test_the_last_order_counts(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    city.order("lamp-1", id="a", verb="level", value=40)
    first = forwarder.downlink()
    city.order("lamp-1", id="b", verb="auto")
    second = forwarder.downlink()
    assert first is not None and second is not None
    assert city.wait_ack("lamp-1", "a", "failed")["reason"] == "superseded by b"
    earlier, later = lamp.command(first[1]), lamp.command(second[1])
    assert later["verb"] == words.code_of(words.VERBS, "auto")
    assert forwarder.push(lamp.ack(earlier["id"]))
    city.wait_ack("lamp-1", "a", "acknowledged")  # it was obeyed after all, for a moment


def test_one_id_is_one_order(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    city.order("lamp-1", id="a", verb="level", value=40)
    assert forwarder.downlink() is not None
    city.wait_ack("lamp-1", "a", "sent")
    city.order("lamp-1", id="a", verb="level", value=40)
    city.wait("lamp-1/ack", lambda _: len(city.of("lamp-1/ack")) == 3)
    assert [body["status"] for body in city.of("lamp-1/ack")] == ["accepted", "sent", "sent"]
    assert forwarder.downlink(0.3) is None


def test_an_id_that_was_another_order_s_is_refused(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    city.order("lamp-1", id="a1", verb="level", value=40, author="ops")
    assert forwarder.downlink() is not None
    city.order("lamp-1", id="a1", verb="auto", author="night")
    reason = city.wait_ack("lamp-1", "a1", "refused")["reason"]
    assert reason.startswith("id a1 was level 40 by ops to lamp-1 until 20")
    city.wait_rejected("command_id_reused")
    assert forwarder.downlink(0.3) is None


def test_open_commands_survive_kill_9(street: Street):
    canopy, lamp = Device("canopy-1", "canopy", 2), Device("lamp-1")
    gateway = street.gateway(canopy, lamp, clock=street.clock(speed=10))
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(canopy, forwarder)
    join(lamp, forwarder)
    city.order("canopy-1", id="b", verb="close")
    city.order("lamp-1", id="a", verb="level", value=30)
    city.wait_ack("canopy-1", "b", "queued")
    first = forwarder.downlink()
    assert first is not None
    lamp.command(first[1])
    city.wait_ack("lamp-1", "a", "sent")
    gateway.kill()
    gateway.start()
    forwarder.pull()
    again = forwarder.downlink()
    assert again is not None
    assert lamp.command(again[1])["value"] == 30  # read() has checked that its counter is above the first's
    assert forwarder.push(canopy.report())
    answer = forwarder.downlink()
    assert answer is not None
    canopy.command(answer[1])


def test_what_the_city_may_not_order_is_refused_counted_and_answered(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city = street.city(gateway).ready()
    bad = {
        "command_bad_json": b"\xff{",
        "command_bad_field": b'{"id": "x1", "verb": "level", "value": 40, "colour": "red"}',
        "command_out_of_range": b'{"id": "x2", "verb": "level", "value": 140, "author": "ops"}',
        "command_unknown_verb": b'{"id": "x3", "verb": "explode"}',
        "command_expired": b'{"id": "x4", "verb": "auto", "until": "2020-01-01T00:00:00Z"}',
        "command_bad_author": json.dumps({"id": "x5", "verb": "auto", "author": "x" * 13}).encode(),
        "command_too_long": b" " * 2000,
        "command_bad_id": b'{"id": "", "verb": "auto"}',
    }
    city.wait("status", lambda body: body["state"] == "online")
    for payload in bad.values():
        city.publish("lamp-1/command", payload)
    city.publish("lamp-2/command", b'{"id": "x6", "verb": "auto"}')
    city.publish("lamp%2/command", b'{"id": "x7", "verb": "auto"}')
    for cause in (*bad, "command_unknown_unit", "command_bad_unit"):
        city.wait_rejected(cause)
    answers = {body["id"]: body for body in city.of("lamp-1/ack")}
    assert {body["status"] for body in answers.values()} == {"refused"}
    assert (answers["x2"]["reason"], answers["x2"]["author"]) == ("value = 140 is outside 0..100 %", "ops")
    assert answers["x3"]["reason"] == "a lamp takes auto, cap, learn, level, report, self-test, not 'explode'"
    assert len(city.of("lamp-1/ack")) == len(bad)
    assert city.wait("lamp-2/ack")["reason"] == "no such unit is registered here"


def test_a_retained_order_is_obeyed_once_and_taken_away_without_a_word(street: Street):
    gateway = street.gateway(Device("lamp-1"))
    city = street.city(gateway).ready()
    city.wait("status", lambda body: body["state"] == "online")
    city.publish("lamp-1/command", b'{"verb": "level", "value": 0}', retain=True)
    city.wait("lamp-1/ack")
    gateway.stop()
    gateway.start()
    city.wait_rejected("command_retained")
    city.publish("lamp-1/command", b"", retain=True)
    city.publish("lamp-1/command", b'{"id": "next", "verb": "cap", "value": 80}')
    city.wait_ack("lamp-1", "next", "accepted")
    answered = {(body["id"], body["status"]) for body in city.of("lamp-1/ack")}  # of two ids, one made up
    assert sorted(status for _, status in answered) == ["accepted", "accepted"]
    told = city.wait("status", lambda body: body.get("counters", {}).get("commands_accepted") == 2)
    assert not told["rejected"].keys() & {"command_bad_json", "command_bad_field"}


def test_a_lamp_that_has_heard_but_gives_no_verdict_is_not_told_again_at_once(street: Street):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp, clock=street.clock(speed=60))
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    city.wait("status")
    join(lamp, forwarder)
    city.order("lamp-1", id="a", verb="level", value=40, for_s=300)
    frames = []
    for _ in range(3):
        answer = forwarder.downlink(15)
        assert answer is not None
        frames.append(lamp.read(answer[1])[0])
    kinds = [frame.m_type for frame in frames]
    assert kinds == [lorawan.UNCONFIRMED_DOWN, lorawan.UNCONFIRMED_DOWN, lorawan.CONFIRMED_DOWN]
    assert len({frame.f_cnt for frame in frames}) == 3
    assert forwarder.push(lamp.uplink(None, f_ctrl=lorawan.ACK))
    city.wait("status", lambda body: body.get("counters", {}).get("confirmed_acks"))
    assert forwarder.push(lamp.uplink(None, f_ctrl=lorawan.ACK))  # acknowledges nothing
    city.wait_rejected("unexpected_ack")
    ack = city.wait_ack("lamp-1", "a", "expired")
    assert ack["reason"] == "the unit has heard it, no acknowledgement before it ended"
    assert forwarder.downlink(0.1) is None


def test_a_canopy_that_has_heard_is_left_alone_until_its_verdict(street: Street):
    canopy = Device("canopy-1", "canopy", 2)
    gateway = street.gateway(canopy)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    city.wait("status")
    join(canopy, forwarder)
    city.order("canopy-1", id="a", verb="open", value=120)
    city.wait_ack("canopy-1", "a", "queued")
    frames = []
    for _ in range(3):
        assert forwarder.push(canopy.report())
        answer = forwarder.downlink()
        assert answer is not None
        frames.append(answer[1])
    kinds = [canopy.read(frame)[0].m_type for frame in frames]
    assert kinds == [lorawan.UNCONFIRMED_DOWN, lorawan.UNCONFIRMED_DOWN, lorawan.CONFIRMED_DOWN]
    assert forwarder.push(canopy.uplink(10, bytes(12), f_ctrl=lorawan.ACK))
    assert forwarder.downlink(0.5) is None
    canopy.f_cnt_down -= 1
    assert forwarder.push(canopy.ack(canopy.command(frames[-1])["id"], value=120))
    city.wait_ack("canopy-1", "a", "acknowledged")
