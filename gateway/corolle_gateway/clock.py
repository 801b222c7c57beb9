"""The gateway's one clock, handed to everything that needs the time."""

import asyncio
import mmap
import os
import struct
import time
from pathlib import Path
from typing import Protocol

_FIELDS = struct.Struct("<dd")  # unix seconds of the street, street seconds in a real second (0: held)
_WRITE_S = 0.005  # the street writes its time at least so often (real seconds) while it changes
_HELD_S = 0.02  # how long to wait before looking again at a street whose time stands still
_LOOK_S = 0.25  # the longest wait before looking again at a street whose speed may change
_DEAD_S = 0.05  # a street that has not written for so long stands still, whatever its speed
_SHORTEST_S = 0.001

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


class SystemClock:
    """A street in service: the operating system's time."""

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds go by."""
        await asyncio.sleep(max(0.0, seconds))


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
        end_s = self.now() + seconds
        while (left_s := end_s - self.now()) > 0:
            speed = self._speed()
            await asyncio.sleep(min(_LOOK_S, max(_SHORTEST_S, left_s / speed)) if speed > 0 else _HELD_S)

    def _speed(self) -> float:
        if time.monotonic() - self._seen_at_s > _DEAD_S:
            return 0.0
        return _FIELDS.unpack_from(self._map)[1]


def is_set(clock: Clock) -> bool:
    """Whether the clock can be believed: a Pi that starts without network has no idea of the year."""
    return clock.now() >= _EARLIEST_S


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
