"""Whether the records of a sanitary log follow one another as their controller wrote them."""

import struct

from corolle.wire.sanitary_record import Record, pack, unpack


def follows(record: Record, previous: bytes) -> bool:
    """Whether a record is linked to the link before it. One that was changed anywhere is not."""
    try:
        written = pack(record.number, record.time_s, record.code, record.value, record.author, previous)
        return unpack(written) == record
    except (ValueError, struct.error):  # no controller can have written such a record
        return False
