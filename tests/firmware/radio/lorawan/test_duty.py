"""Duty cycles by sub-band, over any hour."""

import time

from corolle.radio.lorawan.duty import DutyCycle

_G1, _G3 = 868_100_000, 869_525_000


def _sleep_s(seconds):
    time.sleep_ms(1000 * seconds)


def test_any_hour_stays_within_one_percent():
    duty = DutyCycle()
    _sleep_s(7200)  # as much saved up as can be
    spent = []  # (second, us)
    for second in range(0, 7200, 2):
        if duty.wait_ms(_G1, 1_482_752) == 0:
            duty.spend(_G1, 1_482_752)
            spent.append((second, 1_482_752))
        _sleep_s(2)
    for begin in range(0, 3600, 60):
        hour_us = sum(us for second, us in spent if begin <= second < begin + 3600)
        assert hour_us <= 36_000_000, begin
    assert sum(us for _, us in spent) > 36_000_000  # and it is not far below either


def test_the_wait_is_exact():
    duty = DutyCycle()
    while not duty.wait_ms(_G1, 400_000):
        duty.spend(_G1, 400_000)
    wait_ms = duty.wait_ms(_G1, 400_000)
    assert wait_ms
    time.sleep_ms(wait_ms - 1)
    assert duty.wait_ms(_G1, 400_000)
    time.sleep_ms(2)
    assert duty.wait_ms(_G1, 400_000) == 0


def test_sub_bands_are_apart_and_the_downlink_band_has_ten_percent():
    duty = DutyCycle()
    while not duty.wait_ms(_G1, 400_000):
        duty.spend(_G1, 400_000)
    assert duty.wait_ms(867_100_000, 400_000) == 0
    assert duty.wait_ms(_G3, 80_000_000) == 0


def test_never_is_told():
    duty = DutyCycle()
    assert duty.wait_ms(868_650_000, 1000) is None  # between the sub-bands
    assert duty.wait_ms(864_000_000, 1_900_000) is None  # longer than 0.05 % of an hour


def test_a_start_does_not_trust_that_nothing_was_sent():
    duty = DutyCycle()
    sent_us = 0
    while not duty.wait_ms(_G1, 100_000):
        duty.spend(_G1, 100_000)
        sent_us += 100_000
    assert sent_us <= 9_000_000


def test_the_networks_own_limit():
    duty = DutyCycle()
    duty.limit(4)
    duty.spend(_G1, 100_000)
    assert duty.wait_ms(867_100_000, 100_000) == 1500  # 15 times as long as it was on air
    duty.limit(0)
    assert duty.wait_ms(867_100_000, 100_000) == 0
