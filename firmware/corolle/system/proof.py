"""A boot is a good one after some minutes; safe mode ends by trying an ordinary boot."""

import asyncio
import gc

import machine

from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_GOOD_AFTER_S = const(300)
_SAFE_MODE_S = const(3600)
_GARBAGE_BYTES = const(8192)  # between two collections, once all that stays is in its place


class Proof:
    """`rtc` is machine.RTC(); `safe`: this is safe mode."""

    def __init__(self, rtc, safe: bool):
        self._rtc = rtc
        self._safe = safe

    async def run(self, alive) -> bool:
        """Count no failed boot, when the time has come; then there is nothing more to do."""
        after_s = _SAFE_MODE_S if self._safe else _GOOD_AFTER_S
        alive(after_s)
        await asyncio.sleep(after_s)
        if 0 < gc.threshold() < _GARBAGE_BYTES:
            gc.threshold(_GARBAGE_BYTES)
        self._succeed()
        return True

    def _succeed(self) -> None:
        with borrowed("corolle.system.boots", "corolle.system.origins") as boots:
            boots.proved(self._rtc, self._safe)
        if self._safe:
            machine.reset()
