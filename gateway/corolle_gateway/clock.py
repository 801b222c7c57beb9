"""The gateway's one clock, handed to everything that needs the time."""

import asyncio
import mmap
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

_FIELDS = struct.Struct("<dd")  # unix seconds of the street, street seconds in a real second (0: held)
_WRITE_S = 0.005  # the street writes its time at least so often (real seconds) while it changes
_HELD_S = 0.02  # how long to wait before looking again at a street whose time stands still
_LOOK_S = 0.25  # the longest wait before looking again at a street whose speed may change
_DEAD_S = 0.05  # a street that has not written for so long stands still, whatever its speed
_SHORTEST_S = 0.001
_WATCH_S = 1.0
_JUMP_S = 60.0  # what is less is a clock that is being put right

# 2025-01-01: before it, a clock without battery has not been set yet.
_EARLIEST_S = 1_735_689_600


class Clock(Protocol):
    """The street's time."""

    def now(self) -> float:
        """Unix seconds."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds of the street go by."""
        ...

    def pace(self) -> float:
        """Street seconds in a real second, at present."""
        ...


class SystemClock:
    """A street in service: the operating system's time."""

    now = staticmethod(time.time)  # unix seconds

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds go by."""
        await asyncio.sleep(max(0.0, seconds))

    def pace(self) -> float:
        """As life."""
        return 1.0


class FileClock:
    """A street that runs at another speed than life and shares its time through a mapped file of 16 bytes.

    Between two writes the time is carried on at the street's speed, for as long as a write may take.
    Raises OSError when the file cannot be read, ValueError when it is shorter than 16 bytes.
    """

    def __init__(self, path: Path):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            if os.fstat(descriptor).st_size < _FIELDS.size:
                raise ValueError(f"{path}: a clock file has {_FIELDS.size} bytes")
            self._map = mmap.mmap(descriptor, _FIELDS.size, access=mmap.ACCESS_READ)
        finally:
            os.close(descriptor)
        self._written_s = 0.0
        self._seen_at_s = 0.0
        self._told_s = 0.0

    def now(self) -> float:
        """Unix seconds; goes back only when the street itself does."""
        written_s, speed = _FIELDS.unpack_from(self._map)
        real_s = time.monotonic()
        if written_s != self._written_s:
            self._written_s, self._seen_at_s = written_s, real_s
        carried_s = written_s + min(real_s - self._seen_at_s, _WRITE_S) * speed
        ahead_s = self._told_s - carried_s
        if not 0.0 < ahead_s <= 2 * _WRITE_S * speed:
            self._told_s = carried_s
        return self._told_s

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds of the street go by."""
        left_s, last_s = seconds, self.now()
        while left_s > 0:
            speed = self._speed()
            await asyncio.sleep(min(_LOOK_S, max(_SHORTEST_S, left_s / speed)) if speed > 0 else _HELD_S)
            last_s, before_s = self.now(), last_s
            left_s -= max(0.0, last_s - before_s)  # a clock that is set back keeps nobody waiting for a year

    def pace(self) -> float:
        """Street seconds in a real second, at present."""
        return self._speed()

    def _speed(self) -> float:
        if time.monotonic() - self._seen_at_s > _DEAD_S:
            return 0.0
        return _FIELDS.unpack_from(self._map)[1]


def is_set(clock: Clock) -> bool:
    """Whether the clock can be believed: a Pi that starts without network has no idea of the year."""
    return clock.now() >= _EARLIEST_S


def is_over(until_s: float, now_s: float, longest_s: float) -> bool:
    """Whether a pause has gone by; so has one with more left than the longest: the clock was set back."""
    return not now_s < until_s <= now_s + longest_s


async def watch(clock: Clock, jumped: Callable[[float], None]) -> None:
    """Tell `jumped` by how many seconds the clock was set forward or back, until cancelled."""
    last_s, fastest = clock.now(), clock.pace()
    loop = asyncio.get_running_loop()
    looked_s = loop.time()
    while True:
        await asyncio.sleep(_WATCH_S)
        now_s, real_s = clock.now(), loop.time()
        fastest = max(fastest, clock.pace())  # who stands still at this moment may have gone on meanwhile
        step_s = now_s - last_s
        if step_s < -_JUMP_S or step_s > fastest * (real_s - looked_s) + _JUMP_S:
            jumped(step_s)
        last_s, looked_s = now_s, real_s


async def wait_for(event: asyncio.Event, clock: Clock, seconds: float | None) -> None:
    """Wait until `event` is set, but no longer than so many seconds of the street (None: however long)."""
    if seconds is None:
        await event.wait()
        return
    waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(clock.sleep(seconds))]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
