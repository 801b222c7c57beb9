"""A simulated controller behaves as an ESP32 does around the firmware."""

import corolle_hil.interpreter
import pytest

_SAY_CAUSE = "import machine; print(machine.reset_cause())\n"


def test_power_on_boots_from_flash_and_knows_the_cause(bench):
    board = bench(_SAY_CAUSE + "print(machine.unique_id())")
    board.board.power_on()
    assert board.run(1) == ["1", r"b'\x02corol'"]
    assert board.times_us[0] == 350_000


@pytest.mark.parametrize(
    ("how", "cause"),
    [("machine.reset()", "2"), ("machine.deepsleep(5000)", "4"), ("machine.soft_reset()", "5")],
)
def test_reset_causes(bench, how, cause):
    board = bench(f"{_SAY_CAUSE}if machine.reset_cause() == 1: {how}")
    board.board.power_on()
    assert board.run(20) == ["1", cause]


def test_watchdog_bites_a_board_that_stopped_feeding(bench):
    board = bench(f"{_SAY_CAUSE}machine.WDT(timeout=3000)")
    board.board.power_on()
    assert board.run(7) == ["1", "3"]
    assert board.times_us[1] - board.times_us[0] == 3_350_000


def test_watchdog_bites_a_board_that_computes_for_ever(bench, monkeypatch):
    monkeypatch.setattr(corolle_hil.interpreter, "_HUNG_MS", 300)
    board = bench(f"{_SAY_CAUSE}machine.WDT(timeout=3000)\nwhile machine.reset_cause() == 1: pass")
    board.board.power_on()
    assert board.run(5) == ["1", "3"]
    assert board.board.hangs == 1


def test_a_crash_is_printed_and_ends_at_the_prompt(bench):
    board = bench("1 / 0")
    board.board.power_on()
    assert board.run(5)[-1] == "ZeroDivisionError: divide by zero"
    assert board.board.running


def test_rtc_and_its_memory_outlive_a_reset_but_not_a_power_cut(bench):
    board = bench(
        "import machine, time\n"
        "rtc = machine.RTC()\n"
        "print(rtc.memory(), time.gmtime()[:6])\n"
        "if machine.reset_cause() == 1:\n"
        "    rtc.datetime((2026, 7, 14, 1, 19, 40, 3, 0)); rtc.memory(b'kept'); machine.reset()\n"
    )
    board.board.power_on()
    assert board.run(2) == ["b'' (2000, 1, 1, 0, 0, 0)", "b'kept' (2026, 7, 14, 19, 40, 3)"]
    board.board.power_off()
    board.board.power_on()
    assert board.run(0.5) == ["b'' (2000, 1, 1, 0, 0, 0)"]


def test_nvs_keeps_what_was_committed_and_nothing_else(bench):
    board = bench(
        "import esp32, machine\n"
        "nvs = esp32.NVS('corolle')\n"
        "def get(key):\n"
        "    try: return nvs.get_i32(key)\n"
        "    except OSError: return None\n"
        "print(get('a'), get('b'))\n"
        "nvs.set_i32('a', -7); nvs.commit(); nvs.set_i32('b', 8)\n"
    )
    board.board.power_on()
    assert board.run(1) == ["None None"]
    board.board.power_off()
    board.board.power_on()
    assert board.run(1) == ["-7 None"]


def test_ticks_wrap_a_minute_after_the_reset(bench):
    board = bench(
        "import time\n"
        "start = time.ticks_ms(); time.sleep(120)\n"
        "print(time.ticks_ms() < start, time.ticks_diff(time.ticks_ms(), start))\n"
    )
    board.board.power_on()
    assert board.run(130) == ["True 120000"]


def test_an_edge_wakes_a_task_at_once(bench):
    board = bench(
        "import asyncio, machine\n"
        "flag = asyncio.ThreadSafeFlag()\n"
        "pin = machine.Pin(5, machine.Pin.IN)\n"
        "pin.irq(lambda pin: flag.set(), machine.Pin.IRQ_RISING)\n"
        "async def main():\n"
        "    while True:\n"
        "        await flag.wait(); print('edge', pin.value())\n"
        "asyncio.run(main())\n"
    )
    board.board.power_on()
    line = board.board.line(5)
    for t_us, level in ((10_000_000, 1), (11_000_000, 0), (12_345_678, 1)):
        board.scheduler.at(t_us, line.drive, level)
    assert board.run(20) == ["edge 1", "edge 1"]
    assert board.times_us == [10_000_000, 12_345_678]


def test_a_hardware_timer_runs_while_the_event_loop_is_blocked(bench):
    board = bench(
        "import machine, time\n"
        "machine.Timer(0).init(mode=machine.Timer.ONE_SHOT, period=1500, callback=lambda t: print('timer'))\n"
        "time.sleep(3600)\n"
    )
    board.board.power_on()
    assert board.run(10) == ["timer"]
    assert board.times_us == [1_850_000]


def test_a_reset_lets_every_pin_go(bench):
    board = bench(
        "import machine, time\n"
        "machine.PWM(machine.Pin(4), freq=1000, duty_u16=6553)\n"
        "machine.Pin(6, machine.Pin.OUT, value=1)\n"
        "time.sleep(5); machine.reset()\n"
    )
    seen: list = []
    board.board.line(4).watch(lambda line: seen.append((board.scheduler.now_us, line.pwm)))
    board.board.power_on()
    board.run(5.4)
    assert board.board.line(6).level is None
    assert seen[-2:] == [(350_000, (1000, 6553)), (5_350_000, None)]


def test_the_heap_limit_is_hard(bench):
    fits = bench("a = bytearray(60_000); print(len(a))")
    fits.board.power_on()
    assert fits.run(1) == ["60000"]
    fits.program("a = bytearray(120_000)")
    fits.board.power_on()
    assert fits.run(1)[-1].startswith("MemoryError")


def test_a_cancelled_task_stops_and_its_waiter_hears_of_it(bench):
    board = bench(
        "import asyncio\n"
        "async def endless():\n"
        "    try: await asyncio.sleep(1000)\n"
        "    except asyncio.CancelledError: print('cancelled'); raise\n"
        "async def main():\n"
        "    task = asyncio.create_task(endless())\n"
        "    await asyncio.sleep(1)\n"
        "    task.cancel()\n"
        "    try: await task\n"
        "    except asyncio.CancelledError: print('heard')\n"
        "    try: await asyncio.wait_for(endless(), 2)\n"
        "    except asyncio.TimeoutError: print('timed out')\n"
        "asyncio.run(main())\n"
    )
    board.board.power_on()
    assert board.run(10) == ["cancelled", "heard", "cancelled", "timed out"]
    assert board.times_us[-1] == 3_350_000


def test_random_bytes_are_the_same_for_the_same_street(bench):
    program = "import os; print(os.urandom(8).hex(), os.listdir('/'))"
    said = []
    for _ in range(2):
        board = bench(program)
        board.board.power_on()
        said += board.run(1)
    assert said[0] == said[1]
    assert len(said[0].split()[0]) == 16
