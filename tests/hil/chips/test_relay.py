"""A simulated relay on the mains, and the firmware's relay driver on genuine MicroPython against it."""

import pytest
from corolle_hil.chips.relay import Mains, Relay
from corolle_hil.ports import Line

NIGHTS = """
import time
from machine import Pin
from corolle.drivers.relay import Relay

relay = Relay(Pin(4), Pin(5), close_ms=%s, open_ms=%s, hold_s=10)
print("boot")
for _ in range(8):
    time.sleep_us(60_000_137)
    print(relay.set(False), relay.on)
    time.sleep_us(60_000_711)
    print(relay.set(True), relay.on)
print("starts", relay.starts)
"""


def later(scheduler, us):
    scheduler.run(scheduler.now_us + us)


@pytest.fixture
def mains(scheduler):
    return Mains(scheduler)


@pytest.fixture
def coil():
    return Line(4)


@pytest.fixture
def relay(scheduler, mains, coil):
    return Relay(scheduler, coil, mains, bounces=0)


def test_an_undriven_coil_leaves_the_contact_closed(scheduler, relay, coil):
    assert relay.closed
    coil.output(0)
    later(scheduler, 50_000)
    assert relay.closed and not relay.operations


def test_the_contact_follows_the_coil_in_its_own_time(scheduler, relay, coil):
    coil.output(1)
    later(scheduler, 7_999)
    assert relay.closed
    later(scheduler, 1)
    assert not relay.closed
    later(scheduler, 100_000)
    coil.output(None)  # a reset of the board
    later(scheduler, 3_999)
    assert not relay.closed
    later(scheduler, 1)
    assert relay.closed
    assert [closed for closed, _ in relay.operations] == [False, True]


def test_a_pulse_too_short_moves_nothing(scheduler, relay, coil):
    coil.output(1)
    later(scheduler, 5_000)
    coil.output(0)
    later(scheduler, 100_000)
    assert relay.closed and not relay.operations


def test_a_contact_bounces_when_it_closes(scheduler, mains, coil):
    seen = []
    relay = Relay(scheduler, coil, mains, on_change=lambda: seen.append(relay.closed), bounces=2)
    coil.output(1)
    later(scheduler, 100_000)
    coil.output(0)
    later(scheduler, 100_000)
    assert seen == [False, True, False, True, False, True]
    assert len(relay.operations) == 2


def test_faults_of_a_relay(scheduler, relay, coil):
    relay.welded = True
    coil.output(1)
    later(scheduler, 100_000)
    assert relay.closed
    coil.output(0)
    later(scheduler, 100_000)
    relay.welded, relay.stuck_open = False, True
    coil.output(1)
    later(scheduler, 100_000)
    coil.output(0)
    later(scheduler, 100_000)
    assert not relay.closed


def test_the_crossings_are_told_by_pulses_worked_out_when_asked(scheduler, mains):
    line = Line(5)
    mains.show_crossings(line)
    levels = []
    for _ in range(400):
        levels.append(line.level)
        assert bool(levels[-1]) == (abs(mains.offset_us) <= 500)
        later(scheduler, 100)
    assert 36 <= sum(levels) <= 44  # 4 half waves, a millisecond in each
    mains.gone = True
    assert line.level == 0
    assert not scheduler._queue, "a wave costs nothing while nobody looks"


@pytest.fixture
def night(bench):
    def make(close_ms, open_ms):
        program = NIGHTS % (close_ms, open_ms)
        made = bench(program, firmware=True)
        mains = Mains(made.scheduler)
        mains.show_crossings(made.board.line(5))
        made.relay = Relay(made.scheduler, made.board.line(4), mains, open_us=9300, close_us=3700)
        made.mains = mains
        made.board.power_on()
        return made

    return make


def test_a_calibrated_relay_switches_where_the_mains_crosses_zero(night):
    made = night(close_ms=3.7, open_ms=9.3)
    lines = made.run(8 * 121)
    assert lines == ["boot", *["0 False", "0 True"] * 8, "starts 8"]
    assert len(made.relay.operations) == 16
    assert max(abs(offset_us) for _, offset_us in made.relay.operations) <= 1000


def test_a_relay_that_is_not_calibrated_does_not(night):
    made = night(close_ms=0, open_ms=5)
    made.run(8 * 121)
    assert len(made.relay.operations) == 16
    assert min(abs(offset_us) for _, offset_us in made.relay.operations) > 2000


def test_mains_without_crossings_does_not_keep_a_lamp_from_switching(night):
    made = night(close_ms=3.7, open_ms=9.3)
    made.mains.gone = True
    assert made.run(8 * 121)[-1] == "starts 8"
    assert len(made.relay.operations) == 16


def test_a_board_that_loses_its_power_leaves_the_lamp_on(night):
    made = night(close_ms=3.7, open_ms=9.3)
    made.run(61)
    assert not made.relay.closed
    made.board.power_off()
    made.run(1)
    assert made.relay.closed
