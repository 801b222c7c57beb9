"""Asking the network for the time."""

import time

from corolle.radio.lorawan.network_time import NetworkTime


def test_an_answer_that_is_lost_is_asked_for_after_a_minute_then_ever_less_often():
    network = NetworkTime(None)
    assert network.due_ms() == 0
    waits_s = []
    for _ in range(9):
        network.asked(time.ticks_ms())
        waits_s.append(network.due_ms() // 1000)
    assert waits_s == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_an_answer_is_the_time_when_the_question_ended():
    told = []
    network = NetworkTime(lambda unix_s, ms: told.append((unix_s, ms)))
    network.asked(time.ticks_ms())
    time.sleep_ms(1500)
    network.answered(1_468_086_018, 128)  # GPS seconds of 2026-07-14 17:40:00 UTC, and a half
    assert told == [(1_784_050_802, 0)]
    assert network.due_ms() == 86_400_000
    assert not network.wanted


def test_an_answer_that_was_not_asked_for_is_ignored():
    told = []
    NetworkTime(lambda unix_s, ms: told.append(unix_s)).answered(1, 0)
    assert told == []
