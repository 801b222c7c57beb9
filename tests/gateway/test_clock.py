"""A street's own time, shared through a file."""

import asyncio
import contextlib
import struct
import time
from pathlib import Path

import pytest
from corolle_gateway import clock as clock_module
from corolle_gateway.clock import FileClock, SystemClock, wait_for, watch
from gateway_process import StreetClock

_START_S = 1_784_058_000.0


def _write(path: Path, now_s: float, speed: float) -> None:
    # A mapped file has to be written in place: a new one would be another file.
    with path.open("r+b") as file:
        file.write(struct.pack("<dd", now_s, speed))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "clock"
    path.write_bytes(struct.pack("<dd", _START_S, 0.0))
    return path


def test_time_is_carried_on_between_two_writes_but_not_for_long(file: Path):
    clock = FileClock(file)
    assert clock.now() == _START_S
    _write(file, _START_S + 1, 1000.0)
    first = clock.now()
    time.sleep(0.003)
    second = clock.now()
    assert _START_S + 1 <= first < second <= _START_S + 6
    time.sleep(0.02)
    assert clock.now() == pytest.approx(_START_S + 6)  # 5 ms at 1000 times life, then it waits


def test_time_never_goes_back_but_when_the_street_does(file: Path):
    clock = FileClock(file)
    _write(file, _START_S + 1, 1000.0)
    clock.now()
    time.sleep(0.01)
    ahead = clock.now()
    _write(file, _START_S + 2, 1000.0)  # less than had been carried on
    assert clock.now() >= ahead
    _write(file, _START_S - 86_400, 0.0)
    assert clock.now() == _START_S - 86_400


def test_a_sleep_is_as_long_as_the_street_says(tmp_path: Path):
    street = StreetClock(tmp_path / "clock", 50, _START_S)
    try:
        clock, slept, lasted = FileClock(tmp_path / "clock"), [], []
        for _ in range(4):  # a machine that is busy wakes nobody in time
            begun, real = clock.now(), time.monotonic()
            asyncio.run(clock.sleep(10))
            slept.append(clock.now() - begun)
            lasted.append(time.monotonic() - real)
        assert 10 <= min(slept) < 14
        assert 0.19 <= min(lasted) < 0.4
    finally:
        street.close()


def test_a_sleep_ends_when_a_held_street_goes_on(file: Path):
    async def scenario() -> None:
        clock = FileClock(file)
        sleep = asyncio.ensure_future(clock.sleep(60))
        await asyncio.sleep(0.1)
        assert not sleep.done()
        _write(file, _START_S + 61, 0.0)
        await asyncio.wait_for(sleep, 20)

    asyncio.run(scenario())


def test_a_wait_ends_with_the_event_or_the_time():
    async def scenario() -> None:
        event = asyncio.Event()
        begun = time.monotonic()
        await wait_for(event, SystemClock(), 0.05)
        assert 0.04 < time.monotonic() - begun < 20
        asyncio.get_running_loop().call_later(0.05, event.set)
        await wait_for(event, SystemClock(), 60)
        await wait_for(event, SystemClock(), None)

    asyncio.run(scenario())


def test_a_file_that_is_no_clock(tmp_path: Path):
    (tmp_path / "short").write_bytes(b"1234")
    with pytest.raises(ValueError, match="a clock file has 16 bytes"):
        FileClock(tmp_path / "short")
    with pytest.raises(FileNotFoundError):
        FileClock(tmp_path / "missing")


class _Halting:
    """A street a million times as fast as life, which stands still whenever it is looked at but once."""

    def __init__(self) -> None:
        self._paces = iter((1e6,))

    def now(self) -> float:
        return time.monotonic() * 1e6

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 1e6)

    def pace(self) -> float:
        return next(self._paces, 0.0)


def test_a_street_that_halts_now_and_then_has_not_jumped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock_module, "_WATCH_S", 0.005)  # 5,000 s of the street
    jumps: list[float] = []

    async def run() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(watch(_Halting(), jumps.append), 0.1)

    asyncio.run(run())
    assert not jumps
