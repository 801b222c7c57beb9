"""One control gear: commands of IEC 62386-102 (codes: tables 15 and 16)."""

import time

from corolle.drivers.chip import ChipError
from corolle.drivers.dali_gear import arc_level, fade_code, percent
from dali_bench import make_gear


def test_a_gear_is_asked_for_by_its_short_address():
    """Short address AAAAAA: 0AAAAAAS, broadcast 1111111S, S set for a command (7.2.2)."""
    for address, byte in ((0, 0x01), (5, 0x0B), (63, 0x7F), (None, 0xFF)):
        gear, _, probe = make_gear(address)
        assert probe == [(byte, 0x91), (byte, 0x97), (byte, 0x99), (byte, 0xA3), (byte, 0xA4)]
        assert (gear.version, gear.device_type) == (8, 6)


def test_a_gear_that_is_not_there():
    for address, name in ((7, "gear 7"), (None, "gear of the bus")):
        try:
            make_gear(address, answers={0x91: None})
        except ChipError as error:
            assert str(error) == f"DALI {name}: no answer"
        else:
            raise AssertionError("taken for a gear")


def test_an_address_that_is_none():
    for address in (-1, 64):
        try:
            make_gear(address)
        except ValueError as error:
            assert "0..63" in str(error)
        else:
            raise AssertionError(address)


def test_without_us_it_shall_be_bright():
    """DTR0 254, then SET POWER ON LEVEL 0x2D and SET SYSTEM FAILURE LEVEL 0x2C, twice; once in its life."""
    _, _, probe = make_gear(2, answers={0xA3: 128, 0xA4: 255})
    assert probe[3:] == [(5, 0xA3), (0xA3, 254), (5, 0x2D, 2), (5, 0xA4), (0xA3, 254), (5, 0x2C, 2)]
    _, _, probe = make_gear(2)
    assert probe[3:] == [(5, 0xA3), (5, 0xA4)]


def test_levels_of_the_logarithmic_curve():
    """Rows of the table of 9.3, in % of full light."""
    table = ((1, 0.100), (52, 0.402), (103, 1.620), (154, 6.520), (205, 26.241), (253, 97.307), (254, 100.0))
    for level, pct in table:
        assert abs(percent(level) - pct) < 0.0006, (level, percent(level))
        assert arc_level(pct) == level
    assert arc_level(0) == 0 and percent(0) == 0
    assert arc_level(0.01) == 1, "light is not off"
    for level in range(255):
        assert arc_level(percent(level)) == level


def test_fade_times():
    """The table of SET FADE TIME, in seconds; below 0.7 s stands the 0.2 s of a DAPC sequence (9.5)."""
    times_s = (0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.7, 8.0, 11.3, 16.0, 22.6, 32.0, 45.3, 64.0, 90.5)
    for code, time_s in enumerate(times_s, 1):
        assert fade_code(round(time_s * 1000)) == code
    assert [fade_code(ms) for ms in (0, 200, 450, 460, 850, 900, 10**7)] == [0, 0, 0, 1, 1, 2, 15]


def test_a_level_at_once():
    gear, bus, _ = make_gear(3)
    gear.set(100)
    gear.set(50)
    gear.set(0)
    # ENABLE DAPC SEQUENCE 0x09, then DAPC: the same address with S = 0.
    assert bus.frames == [(7, 0x09), (6, 254), (7, 0x09), (6, 229), (7, 0x09), (6, 0)]


def test_a_fade_writes_its_time_only_when_it_is_another():
    gear, bus, _ = make_gear()
    gear.start(100, 1000)
    gear.start(10, 1000)
    gear.start(0, 8000)
    assert bus.frames[:4] == [(0xA3, 2), (0xFF, 0x2E, 2), (0xFE, 254), (0xFE, 170)]
    assert bus.frames[4:] == [(0xA3, 7 + 1), (0xFF, 0x2E, 2), (0xFE, 0)]


def test_a_level_at_once_does_not_touch_the_fade_time():
    gear, bus, _ = make_gear()
    gear.start(100, 4000)
    gear.set(50)
    time.sleep(1)
    bus.frames.clear()
    gear.start(10, 4000)
    assert bus.frames == [(0xFE, 170)]


def test_a_fade_waits_until_the_sequence_is_over():
    """A level within 200 ms of the last one of a DAPC sequence belongs to the sequence (9.5)."""
    gear, _, _ = make_gear()
    gear.set(100)
    begin_ms = time.ticks_ms()
    gear.start(10, 4000)
    assert 190 <= time.ticks_diff(time.ticks_ms(), begin_ms) <= 210
    begin_ms = time.ticks_ms()
    gear.start(50, 4000)
    assert time.ticks_diff(time.ticks_ms(), begin_ms) == 0


def test_a_fade_time_is_written_anew_after_a_failure_and_after_a_power_cycle():
    gear, bus, _ = make_gear()

    def fail():
        raise ChipError("short")

    bus.on_frame = fail
    try:
        gear.start(10, 4000)
    except ChipError:
        bus.on_frame = lambda: None
    gear.start(10, 4000)
    bus.answers[0x90] = 0x84
    assert gear.status() == 0x84
    gear.start(10, 4000)
    assert bus.frames.count((0xFF, 0x2E, 2)) == 2


def test_a_level_beyond_the_scale():
    gear, bus, _ = make_gear()
    for level_pct in (-1, 100.5):
        try:
            gear.set(level_pct)
        except ValueError as error:
            assert "0..100" in str(error)
        else:
            raise AssertionError(level_pct)
    assert not bus.frames and not gear.orders


def test_what_it_gives_now():
    gear, bus, _ = make_gear(1, answers={0xA0: 170, 0x90: 0x06})
    assert abs((gear.level_pct() or 0) - 10.09) < 0.01
    assert gear.status() == 6
    assert bus.frames == [(3, 0xA0), (3, 0x90)]
    bus.answers[0xA0] = 255
    assert gear.level_pct() is None
    del bus.answers[0xA0]
    try:
        gear.level_pct()
    except ChipError as error:
        assert "gear 1" in str(error)
    else:
        raise AssertionError("a silent gear has a level")
