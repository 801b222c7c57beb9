"""Boots that ended badly are counted over resets; after three in a row the node runs in safe mode.

Count and last traceback stand in the RTC's memory: it outlives a reset, and a power cut is no failed boot.
"""

import io
import struct
import sys
from binascii import crc32

import machine

from corolle.system.origins import explained
from corolle.wire.compat import const

_LIMIT = const(3)  # failed boots in a row
_MAX_CRASH_BYTES = const(512)
_CAUSES = (  # machine's name of a cause, and the word for it
    ("PWRON_RESET", "power"),
    ("HARD_RESET", "hard reset"),
    ("WDT_RESET", "watchdog"),
    ("DEEPSLEEP_RESET", "deep sleep"),
    ("SOFT_RESET", "soft reset"),
)


class Boots:
    """`rtc` is machine.RTC(). Every boot counts as failed until it is proved, save a technician's soft reset.

    `crash` is the last traceback, "" when there is none.
    """

    def __init__(self, rtc):
        self._rtc = rtc
        self.failed, crash = _recall(rtc)
        self.safe = self.failed >= _LIMIT
        self.crash = crash.decode()
        self.cause = reset_cause()
        if self.cause != "soft reset":
            _remember(rtc, self.failed + 1, crash)

    def crash_reported(self) -> None:
        """The traceback is in good hands: forget it here."""
        _remember(self._rtc, _recall(self._rtc)[0], b"")


def proved(rtc, safe: bool) -> None:
    """The boot was a good one. One failure after safe mode, and an ordinary boot leads back to it."""
    _remember(rtc, _LIMIT - 1 if safe else 0, _recall(rtc)[1])


def keep_crash(rtc, error: BaseException) -> str:
    """Keep the end of an exception's traceback over the reset: the last lines say what happened."""
    text = io.BytesIO()
    sys.print_exception(error, text)  # pyright: ignore[reportArgumentType] - any stream will do
    crash = explained(text.getvalue().decode())  # pyright: ignore[reportAttributeAccessIssue]
    _remember(rtc, _recall(rtc)[0], crash.encode()[-_MAX_CRASH_BYTES:])
    return crash


def reset_cause() -> str:
    """Why the last reset happened."""
    cause = machine.reset_cause()
    for name, word in _CAUSES:
        if getattr(machine, name, None) == cause:
            return word
    return "unknown"


def _recall(rtc) -> tuple:
    """(failed boots, traceback); nothing where the memory holds nothing, or noise after a power cut."""
    memory = rtc.memory()
    if len(memory) < 5 or struct.unpack_from("<I", memory)[0] != crc32(memory[4:]):
        return 0, b""
    return memory[4], memory[5:]


def _remember(rtc, failed: int, crash: bytes) -> None:
    body = bytes((min(failed, 255),)) + crash
    rtc.memory(struct.pack("<I", crc32(body)) + body)
