"""Orders: checked before they are sent, answered with a reason, given once."""

import time

import pytest
from ble_site import ADDRESS, Site, objects


def test_an_order_is_given_and_answered_with_a_reason(site: Site):
    post = site.post()
    ended = site("command", "lamp-01", "level", "80", "--for", "1h", "--author", "paul")
    assert (ended.status, ended.out) == (0, "lamp-01: accepted; level 80 %, because: override\n")
    (order,) = post.unit.given
    assert (order["value"], order["until_s"], order["author"]) == (80, 1_900_003_600, "paul")


def test_an_order_until_a_time_of_day_ends_at_the_next_such_moment(site: Site):
    post = site.post()
    post.unit.now_s = round(time.time())
    assert site("command", "lamp-01", "level", "80", "--until", "23:10").status == 0
    until_s = post.unit.given[0]["until_s"]
    assert time.strftime("%H:%M:%S", time.localtime(until_s)) == "23:10:00"
    assert 0 < until_s - time.time() <= 86400 + 3600


@pytest.mark.parametrize(
    ("unit", "words", "told"),
    [
        ("lamp-01", ("level", "101"), "level 101 is out of range: 0..100 %"),
        ("lamp-01", ("level",), "level needs a value: 0..100 %"),
        ("lamp-01", ("auto", "3"), "auto takes no value"),
        ("lamp-01", ("open", "10"), "a lamp has no verb 'open': it has auto, cap, learn, level, report"),
        ("canopy-01", ("open", "1801"), "open 1801 is out of range: 1..1800 s"),
        ("lamp-01", ("auto", "--author", "somebody with a long name"), "author = "),
        ("lamp-01", ("auto", "--for", "soon"), "'soon' is not a length of time like 90s"),
        ("lamp-01", ("auto", "--until", "25:00"), "'25:00' is not a time of day like 23:10"),
        ("lamp-09", ("auto",), "no key of a unit 'lamp-09': there are lamp-01, lamp-02, canopy-01"),
    ],
)
def test_an_order_that_cannot_be_given_is_refused_before_anybody_is_called(site: Site, unit, words, told):
    post = site.post("canopy-01" if unit == "canopy-01" else "lamp-01")
    ended = site("command", unit, *words)
    assert (ended.status, ended.out) == (2, "") and told in ended.err
    assert not post.connections


def test_an_order_to_an_address_is_checked_as_soon_as_its_kind_is_known(site: Site):
    post = site.post()
    ended = site("command", ADDRESS.format(0), "open", "10")
    assert ended.status == 2 and "a lamp has no verb 'open'" in ended.err
    assert not post.unit.given


def test_a_refusal_is_told_with_its_reason_and_what_to_do(site: Site):
    post = site.post()
    post.unit.now_s = 0
    ended = site("command", "lamp-01", "level", "80")
    assert ended.status == 1
    assert "clock unknown (it does not know the time: --set-clock" in ended.out
    assert "level 40 %, because: schedule" in ended.out
    assert site("command", "lamp-01", "level", "80", "--set-clock").status == 0
    assert abs(post.unit.now_s - time.time()) < 60


def test_an_answer_for_machines(site: Site):
    site.post().unit.verdict = "refused"
    ended = site("command", "lamp-01", "level", "80", "--json")
    assert ended.status == 1
    assert objects(ended.out) == [
        {"unit": "lamp-01", "verdict": "refused", "reason": "schedule", "value": 40}
    ]


def test_an_order_whose_answer_was_lost_is_repeated_to_the_letter(site: Site):
    post = site.post()
    asked: list[str] = []
    post.unit.on_answer = asked.append
    post.lose_after = [3]  # challenge, accepted, time: the answer to the order does not get through
    ended = site("command", "lamp-01", "level", "80")
    assert ended.status == 0, ended.err
    assert "trying again (2 of 3)" in ended.err
    assert asked == ["time", "command", "command", "self-test"]
    assert post.unit.given[0] == post.unit.given[1]  # so a node knows it again, and carries it out once
