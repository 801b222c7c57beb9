"""What outlives a reset but not a power cut: a few words in the RTC's memory, with a checksum."""

import struct
from binascii import crc32

_FORMAT = "<BH"  # failed boots, length of the crash record
_FORMAT_BYTES = 3
_CHECK_BYTES = 4
_MAX_CRASH_BYTES = 512


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
