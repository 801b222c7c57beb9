"""What a canopy must know of its mist line's past, over any power cut, to prove that it may mist today."""

import struct

from corolle.wire.compat import const

# Bits of `flags`: places in a record on flash, so they are for ever.
MISTING = const(1)  # people are being misted
DUE = const(2)  # used or cleaned since it was purged
DRAINED = const(4)
UNCLEAN = const(8)  # to be cleaned, disinfected and rinsed before it is used
BANNED = const(16)
LAB_STOP = const(32)  # Legionella pneumophila at the limit or above it
PREVENTIVE = const(64)  # some were found: preventive measures are called for
WARM = const(128)
SAMPLING = const(256)  # a sample is due, and that was told
BEGUN = const(512)  # this is no new unit's memory
REFUSED = const(1024)  # the line is fed from something else than the drinking network, and that was told
BROKEN = const(2048)  # records of the log are wrong or gone
DRAINING = const(4096)  # it is to be drained soon, and that was told

_LAYOUT = const("<HIIIII12sII")
_RECORD_BYTES = const(42)
_DAY_S = const(86400)


class SanitaryMemory:
    """`record` is what pack() gave, None on a new unit: nothing is known of its water, so it is not clean.

    Moments are unix seconds, 0 for never. renewed_s: fresh water ran last. used_s: last misting or cleaning.
    begun_dl: the meter when the misting in course began. author: of the last ban. number: the log's record up
    to which this is its sum. trusted: up to which a person has accepted the log as it is.
    """

    def __init__(self, record: bytes | None = None):
        record = record or struct.pack("<H", UNCLEAN)
        # A record of an older version is shorter: what it does not have begins at 0.
        fields = struct.unpack_from(_LAYOUT, record + bytes(_RECORD_BYTES))
        self.flags, self.renewed_s, self.used_s, self.cleaned_s, self.sampled_s, self.begun_dl = fields[:6]
        self.author = fields[6].rstrip(b"\0").decode()
        self.number, self.trusted = fields[7:]

    def pack(self) -> bytes:
        """The record to keep."""
        moments = self.renewed_s, self.used_s, self.cleaned_s, self.sampled_s
        numbers = self.number, self.trusted
        return struct.pack(_LAYOUT, self.flags, *moments, self.begun_dl, self.author.encode(), *numbers)

    def has(self, flags: int) -> bool:
        """Whether any of these is so."""
        return self.flags & flags != 0

    def set(self, flags: int, present: bool) -> None:
        """Say that all of these are so, or none is."""
        self.flags = self.flags | flags if present else self.flags & ~flags

    def idle_days(self, now_s: int) -> int:
        """Days since people were misted or the line was cleaned; 0 for a line that never was."""
        return max(0, now_s - self.used_s) // _DAY_S if self.used_s else 0
