"""Street time: order, pace, sockets, and programs that share the clock."""

import socket
import struct
import subprocess
import sys
import time

import pytest
from corolle_hil.clockfile import ClockFile
from corolle_hil.pace import Paced
from corolle_hil.scheduler import Scheduler


def test_things_happen_in_order_of_time_then_of_asking():
    scheduler = Scheduler()
    seen: list = []
    for name, t_us in (("b", 20), ("c", 20), ("a", 10)):
        scheduler.at(t_us, lambda name=name: seen.append((name, scheduler.now_us)))
    scheduler.run()
    assert seen == [("a", 10), ("b", 20), ("c", 20)]


def test_a_cancelled_thing_does_not_happen():
    scheduler = Scheduler()
    seen: list = []
    scheduler.at(10, seen.append, 1).cancel()
    scheduler.at(20, seen.append, 2)
    scheduler.run(100)
    assert seen == [2]
    assert scheduler.now_us == 100


def test_running_stops_at_the_given_moment_and_goes_on_from_there():
    scheduler = Scheduler()
    seen: list = []
    scheduler.at(50, seen.append, 1)
    scheduler.run(49)
    assert seen == []
    scheduler.run(50)
    assert seen == [1]


def test_a_leap_passes_over_nothing():
    scheduler = Scheduler()
    leaps: list = []
    scheduler.at(10, lambda: leaps.extend((scheduler.leap(49), scheduler.leap(50), scheduler.now_us)))
    scheduler.at(50, lambda: leaps.extend((scheduler.leap(101), scheduler.leap(100), scheduler.now_us)))
    scheduler.run(100)
    assert leaps == [True, False, 49, False, True, 100]


def test_a_leap_is_refused_where_real_time_has_a_say():
    ours, theirs = socket.socketpair()
    scheduler = Scheduler()
    scheduler.add_reader(ours, lambda: None)
    assert not scheduler.leap(10)
    scheduler.remove_reader(ours)
    assert scheduler.leap(10)
    ours.close()
    theirs.close()
    assert not Scheduler(pace=Paced(1)).leap(60_000_000)


def test_each_name_has_a_random_stream_of_its_own():
    one, two = Scheduler(seed=7), Scheduler(seed=7)
    assert one.rng("air").random() == two.rng("air").random() != one.rng("wind").random()
    assert Scheduler(seed=8).rng("air").random() != one.rng("air").random()


@pytest.mark.parametrize("speed", [20.0, 200.0])
def test_paced_time_runs_as_many_times_as_fast_as_life(speed):
    lasted = []
    for _ in range(3):  # a machine that is busy is late now and then
        begun = time.monotonic()
        Scheduler(pace=Paced(speed)).run(int(0.15 * speed * 1e6))
        lasted.append(time.monotonic() - begun)
    assert min(lasted) == pytest.approx(0.15, abs=0.05)


def test_a_hold_keeps_street_time_back_until_real_time_is_over():
    scheduler = Scheduler(pace=Paced(1000.0))
    scheduler.hold(50_000, 0.3)
    begun, reached = time.monotonic(), []
    scheduler.at(40_000, lambda: reached.append(time.monotonic() - begun))
    scheduler.at(60_000, lambda: reached.append(time.monotonic() - begun))
    scheduler.run(70_000)
    assert reached[0] < 0.3 <= reached[1]


def test_a_socket_that_another_one_removes_in_the_same_moment_is_not_read():
    scheduler = Scheduler()
    pairs = [socket.socketpair() for _ in range(2)]
    read: list[socket.socket] = []

    def take(sock: socket.socket) -> None:
        read.append(sock)
        for ours, theirs in pairs:
            scheduler.remove_reader(ours)
            ours.close()
            theirs.close()

    for ours, theirs in pairs:
        scheduler.add_reader(ours, lambda sock=ours: take(sock))
        theirs.send(b"hello")
    scheduler.run(1)
    assert len(read) == 1


def test_a_socket_is_read_between_two_happenings():
    scheduler = Scheduler(pace=Paced(10.0))
    ours, theirs = socket.socketpair()
    seen: list = []
    scheduler.add_reader(ours, lambda: seen.append((ours.recv(16), scheduler.now_us)))
    theirs.send(b"word")
    scheduler.run(1_000_000)
    scheduler.remove_reader(ours)
    assert seen[0][0] == b"word"
    assert seen[0][1] < 500_000


def test_another_program_reads_the_street_time_from_the_clock_file(tmp_path):
    clock = ClockFile(tmp_path / "clock", speed=60.0)
    clock.publish(1_784_059_200_250_000)
    assert struct.unpack("<dd", (tmp_path / "clock").read_bytes()) == (1_784_059_200.25, 60.0)
    assert (tmp_path / "clock").stat().st_mode & 0o077 == 0
    clock.speed = 0.0
    clock.publish(1_784_059_201_000_000)
    assert struct.unpack("<dd", (tmp_path / "clock").read_bytes()) == (1_784_059_201.0, 0.0)


# Looks at a clock file until told to stop, and says how often, and which times were none.
_READER = """
import mmap, struct, sys, time
with open(sys.argv[1], "rb") as file:
    mapped = mmap.mmap(file.fileno(), 16, access=mmap.ACCESS_READ)
ends, looks, torn = time.monotonic() + 0.3, 0, set()
print("reads", flush=True)
while time.monotonic() < ends:
    looks += 1
    said = struct.unpack_from("<dd", mapped)
    if not (1.784e9 <= said[0] < 1.785e9 and said[1] == 60.0):
        torn.add(said)
print(looks, torn or "none")
"""


def test_who_reads_the_clock_file_never_sees_half_a_time(tmp_path):
    clock = ClockFile(tmp_path / "clock", speed=60.0)
    clock.publish(1_784_059_200_000_000)
    words = [sys.executable, "-c", _READER, str(tmp_path / "clock")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "reads\n"
        written = 0
        while reader.poll() is None:
            written += 1
            clock.publish(1_784_059_200_000_000 + written)
        looks, torn = reader.stdout.read().split(maxsplit=1)
    assert int(looks) > 1000 and written > 1000 and torn == "none\n"


def test_a_speed_that_is_none_is_refused():
    with pytest.raises(ValueError, match="speed = 0"):
        Paced(0)
