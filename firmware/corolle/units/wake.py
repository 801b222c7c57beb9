"""Sleep until a time or until somebody calls, from an interrupt too."""

import asyncio


class Wake:
    """One task waits; set() is safe in an interrupt or a timer's callback."""

    def __init__(self):
        self._flag = asyncio.ThreadSafeFlag()
        self.set = self._flag.set

    async def wait_ms(self, timeout_ms: int) -> bool:
        """True when somebody called, False when the time was up."""
        try:
            await asyncio.wait_for_ms(self._flag.wait(), timeout_ms)
        except asyncio.TimeoutError:  # noqa: UP041 - MicroPython has no built-in one
            return False
        return True
