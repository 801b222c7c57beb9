"""Counts boots that ended badly; after three in a row the node runs in safe mode."""

import io
import sys

import machine

_LIMIT = 3  # failed boots in a row
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
