"""What every node is made of: flash, memory, clock, radios."""

import gc
import os
import time

from corolle.wire.compat import const

_PROBE = const("probe")
_PROBE_BYTES = const(64)
_LEAST_FREE_KB = const(64)  # of the flash: a log of a year, and an update's remains
_LEAST_BYTES = const(2048)  # in one piece: what packing a message takes
_MOST_BYTES = const(8192)  # to ask for more could take what others need
_SYNC_WORD = const(0x3444)


async def look(common, parts: tuple, lines: list) -> None:
    """Test what does not depend on the kind of unit."""
    for name, look_at in (("flash", _flash), ("memory", _memory), ("clock", _clock)):
        lines.append(f"{name}={look_at(common)}")
    for name, look_at in (("radio", _radio), ("ble", _ble)):
        fitted = f" {name}@" in " " + common.fitted
        lines.append(f"{name}={look_at(common) if fitted else 'not fitted'}")


def _flash(common) -> str:
    """Write, read back, and see that neither copy had to be mended."""
    pattern, store = os.urandom(_PROBE_BYTES), common.store
    begin_ms = time.ticks_ms()
    try:
        store.save(_PROBE, pattern)
        same = store.load(_PROBE) == pattern
        state = os.statvfs("/")
    except OSError as error:
        return f"bad: {error!r}"
    took_ms, free_kb = time.ticks_diff(time.ticks_ms(), begin_ms), state[0] * state[3] // 1024
    if not same:
        return "bad: what was written is not what is read"
    return f"{'good' if free_kb >= _LEAST_FREE_KB else 'bad'}: {free_kb} KB free, written in {took_ms} ms"


def _memory(common) -> str:
    gc.collect()
    largest = _largest(_MOST_BYTES)
    more = " or more" if largest == _MOST_BYTES else ""
    verdict = "good" if largest >= _LEAST_BYTES else "bad"
    return f"{verdict}: {gc.mem_free()} bytes free, {largest}{more} in one piece"


def _largest(size: int) -> int:
    """The largest piece that can be had, to an eighth."""
    while size:
        try:
            bytearray(size)
            return size
        except MemoryError:
            size -= max(1, size // 8)
    return 0


def _clock(common) -> str:
    clock = common.clock
    told = ("not known yet", "kept over the reset", "told by the network")[clock.quality]
    return f"{'good' if clock.known else 'untested'}: {told}"


def _radio(common) -> str:
    """Its register still holds what reset() has put there."""
    link = common.reporter.link
    if link is None:
        return "bad: it does not answer"
    try:
        word = link.radio.sync_word()
    except OSError as error:
        return f"bad: {error}"
    if word != _SYNC_WORD or not link.healthy:
        return f"bad: sync word 0x{word:04x}"
    counts, joined = link.stats, "joined" if link.joined else "not joined"
    return f"good: {joined}, up {counts['uplinks']}, down {counts['downlinks']}"


def _ble(common) -> str:
    return "bad: it does not come up" if common.faults.has("bluetoothLost") else "good: up"
