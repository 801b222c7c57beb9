"""A board that hears a train of pulses without asking for each lives exactly as one that asks."""

import pytest
from corolle_hil.chips.anemometer import Anemometer
from corolle_hil.chips.flow_meter import FlowMeter
from corolle_hil.shims import ops

_GPIO, _BELL = 21, 5
_COUNTS = """
import asyncio, machine, time
flag = asyncio.ThreadSafeFlag()
wind = machine.Pin(21, machine.Pin.IN, machine.Pin.PULL_UP)
bell = machine.Pin(5, machine.Pin.IN)
count = check = 0
def turn(pin):
    global count, check
    count += 1
    check = (check * 31 + time.ticks_ms()) % 1000003
    if count % 10 == 3:
        print(count, check, pin.value())
    if count in (7, 8, 40):
        flag.set()
    if count == 60:
        print(60, check)
        pin.irq(None)
        pin.init(pin.IN, pin.PULL_DOWN)
wind.irq(turn, machine.Pin.IRQ_FALLING)
bell.irq(lambda pin: print("bell", time.ticks_ms()), machine.Pin.IRQ_RISING)
async def woken():
    while True:
        await flag.wait()
        print("woken", time.ticks_ms(), wind.value())
        await asyncio.sleep_ms(700)
        print("slept", time.ticks_ms(), wind.value())
async def often():
    while True:
        await asyncio.sleep_ms(1900)
        print("often", time.ticks_ms())
def looked(timer):
    global check
    check = (check * 31 + time.ticks_ms()) % 1000003
machine.Timer(0).init(mode=machine.Timer.PERIODIC, period=1000, callback=looked)
asyncio.create_task(woken())
asyncio.run(often())
"""


def _anemometer(scheduler, line):
    return Anemometer(scheduler, line, 0.667, lambda: 2.5)


def _flow_meter(scheduler, line):
    """Water runs, stops for a while, and runs slower."""
    flow_l_s = [0.037]
    meter = FlowMeter(scheduler, line, 0.01, lambda: flow_l_s[0])
    for t_us, flow in ((0, 0.037), (9_123_456, 0.0), (12_000_000, 0.021)):
        scheduler.at(t_us, flow_l_s.__setitem__, 0, flow)
        scheduler.at(t_us, meter.update)
    return meter


def _live(bench, trains: bool, bounces: int = 0, make=_anemometer):
    """What the board printed, when, and how often it asked its world."""
    board = bench(_COUNTS)
    line = board.board.line(_GPIO)
    chip = make(board.scheduler, line)
    chip.bounces = bounces
    if not trains:
        line.train = None
    for t_us in (4_000_000, 4_500_000):
        board.scheduler.at(t_us, board.board.line(_BELL).drive, int(t_us < 4_200_000))
    waits = []
    wake = board.board._wake
    board.board._wake = lambda: (waits.append(board.scheduler.now_us), wake())
    board.board.power_on()
    printed = board.run(30)
    return printed, board.times_us, len(waits)


@pytest.mark.parametrize("make", [_anemometer, _flow_meter])
@pytest.mark.parametrize("bounces", [0, 1])
def test_trains_change_nothing_that_the_board_sees(bench, bounces, make):
    asked = _live(bench, False, bounces, make)
    told = _live(bench, True, bounces, make)
    assert told[:2] == asked[:2] and told[1] != [], "all was printed, and each line at its moment"
    assert sum(line.startswith("60 ") for line in told[0]) == 1, "and none came after the last"
    assert any(line.startswith("woken") for line in told[0]) and any("bell" in line for line in told[0])


@pytest.mark.parametrize("make", [_anemometer, _flow_meter])
def test_a_train_is_one_wait_for_many_pulses(bench, make):
    assert _live(bench, True, 0, make)[2] < 0.7 * _live(bench, False, 0, make)[2]


def test_a_wire_that_is_read_twice_is_asked_for_anew_when_something_can_have_changed(bench):
    """A chip answers an output at once, another one changes its wire while the board sleeps."""
    board = bench(
        "import machine, time\n"
        "ask = machine.Pin(4, machine.Pin.OUT, value=0)\n"
        "answer, slow = machine.Pin(6, machine.Pin.IN), machine.Pin(7, machine.Pin.IN)\n"
        "print(answer(), answer(), slow())\n"
        "ask(1); print(answer(), slow())\n"
        "time.sleep(2); print(answer(), slow())\n"
    )
    lines = [board.board.line(gpio) for gpio in (4, 6, 7)]
    lines[0].watch(lambda line: lines[1].drive(line.level))
    board.scheduler.at(1_000_000, lines[2].drive, 1)
    board.board.power_on()
    assert board.run(4) == ["0 0 0", "1 0", "1 1"]


def test_a_wire_each_of_whose_edges_is_heard_is_asked_for_once_an_edge(bench):
    """Who may look at it as often as it likes is a guard: a look costs nothing on the chip, either."""
    board = bench(
        "import machine, time\n"
        "seen = machine.Pin(6, machine.Pin.IN)\n"
        "seen.irq(lambda pin: print('edge', pin.value()))\n"
        "for _ in range(40):\n"
        "    time.sleep_ms(100)\n"
        "    level = seen.value()\n"
        "    if _ % 8 == 0: print(level)\n"
        "seen.irq(None)\n"
        "time.sleep(2); print(seen.value())\n"
    )
    line, asked = board.board.line(6), []
    for t_us, level in ((1_050_000, 1), (2_650_000, 0), (5_000_000, 1)):
        board.scheduler.at(t_us, line.drive, level)
    serve = board.board._controller.serve
    board.board._controller.serve = lambda op, *what: (asked.append(op), serve(op, *what))[1]
    board.board.power_on()
    assert board.run(8) == ["0", "edge 1", "1", "1", "edge 0", "0", "0", "1"]
    assert asked.count(ops.PIN_LEVEL) == 4, "at first, after each edge that was heard, and without an ear"
