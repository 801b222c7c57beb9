"""Boots that ended badly are counted over resets; after three in a row the node runs in safe mode."""

import io
import struct
import sys
from binascii import crc32

import machine

from corolle.wire.compat import const

_FORMAT = const("<BH")  # failed boots, length of the crash record
_FORMAT_BYTES = const(3)
_CHECK_BYTES = const(4)
_MAX_CRASH_BYTES = const(512)
_LIMIT = const(3)  # failed boots in a row


class Kept:
    """`rtc` is machine.RTC(); after a power cut it holds nothing, or noise that the checksum finds."""

    def __init__(self, rtc):
        self._rtc = rtc
        self.failed_boots, self.crash = _parse(rtc.memory())

    def remember_boots(self, failed: int) -> None:
        """Keep how many boots in a row have failed."""
        self.failed_boots = min(failed, 255)
        self._save()

    def remember_crash(self, text: bytes) -> None:
        """Keep the end of a traceback: its last lines say what happened. b"" forgets."""
        self.crash = text[-_MAX_CRASH_BYTES:]
        self._save()

    def _save(self) -> None:
        body = struct.pack(_FORMAT, self.failed_boots, len(self.crash)) + self.crash
        self._rtc.memory(struct.pack("<I", crc32(body)) + body)


def _parse(memory: bytes) -> tuple:
    """(failed boots, crash) out of the RTC's memory; nothing where it is not ours."""
    body = memory[_CHECK_BYTES:]
    if len(body) < _FORMAT_BYTES or struct.unpack_from("<I", memory)[0] != crc32(body):
        return 0, b""
    failed, length = struct.unpack_from(_FORMAT, body)
    crash = body[_FORMAT_BYTES:]
    return failed, crash if len(crash) == length else b""


_CAUSES = (  # machine's name of a cause, and the word for it
    ("PWRON_RESET", "power"),
    ("HARD_RESET", "hard reset"),
    ("WDT_RESET", "watchdog"),
    ("DEEPSLEEP_RESET", "deep sleep"),
    ("SOFT_RESET", "soft reset"),
)


class Boots:
    """Every boot counts as failed until good() is called, save those that a technician's soft reset began."""

    def __init__(self, kept):
        self._kept = kept
        self.cause = reset_cause()
        self.failed = kept.failed_boots
        self.safe = self.failed >= _LIMIT
        self.crash = kept.crash.decode()  # the last traceback, "" when there is none
        if self.cause != "soft reset":
            kept.remember_boots(self.failed + 1)

    def good(self) -> None:
        """The node has run long enough: whatever fails later is another matter."""
        self._kept.remember_boots(0)

    def retry(self) -> None:
        """Let the next boot be an ordinary one; if it fails too, safe mode is back."""
        self._kept.remember_boots(_LIMIT - 1)

    def crash_reported(self) -> None:
        """The traceback is in good hands: forget it here."""
        self._kept.remember_crash(b"")


def reset_cause() -> str:
    """Why the last reset happened."""
    cause = machine.reset_cause()
    for name, word in _CAUSES:
        if getattr(machine, name, None) == cause:
            return word
    return "unknown"


def traceback_of(error: BaseException) -> bytes:
    """An exception with its traceback, as text."""
    text = io.BytesIO()
    sys.print_exception(error, text)  # pyright: ignore[reportArgumentType] - any stream will do
    return text.getvalue()  # pyright: ignore[reportAttributeAccessIssue] - missing in the stubs
