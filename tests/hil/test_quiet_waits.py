"""While nothing happens in its world a board waits by itself, and both still agree about the time."""

_PATIENT = """
import machine, time
out = machine.Pin(4, machine.Pin.OUT, value=0)
bell = machine.Pin(6, machine.Pin.IN)
bell.irq(lambda pin: rung.append(time.ticks_us() - born), machine.Pin.IRQ_RISING)
rung, looks, born = [], [], time.ticks_us()
timer = machine.Timer(0)
timer.init(mode=machine.Timer.PERIODIC, period=70, callback=lambda _: looks.append(time.ticks_us() - born))
for _ in range(20):
    time.sleep_ms(50)
out(1)
timer.deinit()
machine.Timer(1).init(mode=machine.Timer.ONE_SHOT, period=33, callback=lambda timer: out(0))
time.sleep_ms(500)
print(rung, looks)
"""
_EDGE_US = 123_457  # after its birth the bell rings, in the middle of a sleep


def test_what_it_does_reaches_the_world_at_its_moment_and_so_do_its_timers(bench):
    board = bench(_PATIENT)
    board.board.power_on()
    born_us, seen, asked = [], [], []
    board.board.line(4).watch(lambda line: seen.append((line.level, board.scheduler.now_us)))
    bell = board.board.line(6)

    def ring() -> None:
        born_us.append(seen[0][1])
        board.scheduler.at(seen[0][1] + _EDGE_US, bell.drive, 1)

    wake = board.board._wake
    board.board._wake = lambda: (asked.append(board.scheduler.now_us), wake())
    bell.drive(0)
    board.scheduler.at(350_001, ring)
    printed = board.run(5)
    looks = [70_000 * n for n in range(1, 15)]
    assert printed == [f"[{_EDGE_US}] {looks}"]
    begin_us = born_us[0]
    assert seen[1:] == [(1, begin_us + 1_000_000), (0, begin_us + 1_033_000)]
    assert len(asked) < 10, "34 times it waited"


def test_a_line_it_prints_has_the_moment_at_which_it_was_printed(bench):
    board = bench(
        "import time\nfor _ in range(5):\n    time.sleep_ms(20)\n    time.sleep_ms(20)\n    print(_)\n"
    )
    board.board.power_on()
    board.run(2)
    gaps = {later - earlier for earlier, later in zip(board.times_us, board.times_us[1:], strict=False)}
    assert gaps == {40_000} and len(board.times_us) == 5
