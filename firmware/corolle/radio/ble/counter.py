"""A number that never comes twice, over reboots as well: of adverts, whose nonce it is, and of sightings."""

import struct

from corolle.wire.compat import const

_RECORD = const("ble")
_RESERVED_AHEAD = const(1024)  # flash is written once for so many; a reset skips at most as many


class Counter:
    """32 bits, reserved in the store a block ahead. `begin()` is where it begins if the store has none.

    That is a new flash, or one that has lost both copies: then the key was in use, and nobody knows how far.
    """

    def __init__(self, store, begin):
        self._store = store
        record = store.load(_RECORD)
        self._next = self._reserved = struct.unpack("<I", record)[0] if record else begin()

    def take(self) -> int:
        """The next number. OSError: the flash refuses, and nothing may be sent that needs one."""
        if self._next >= self._reserved:
            reserved = self._next + _RESERVED_AHEAD
            self._store.save(_RECORD, struct.pack("<I", reserved))
            self._reserved = reserved
        self._next += 1
        return self._next - 1
