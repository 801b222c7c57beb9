"""DevNonce and JoinNonce, which never go back (LoRaWAN 1.0.4, 6.2.2 and 6.2.3)."""

import struct

from corolle.wire.compat import const

_RECORD = "lorawan_nonces"
_FORMAT = "<II"
_LAST_DEV_NONCE = const(0xFFFF)


class NoncesUsedUp(Exception):
    """All 65,536 DevNonces of this AppKey are used: the node needs a new key."""


class Nonces:
    """The next DevNonce to use, and the lowest JoinNonce still to be accepted."""

    def __init__(self, store):
        self._store = store
        record = store.load(_RECORD)
        self._dev_nonce, self._join_nonce = struct.unpack(_FORMAT, record) if record else (0, 0)

    def take_dev_nonce(self) -> int:
        """A DevNonce that was never used, and never will be again: it is written before it is given.

        NoncesUsedUp when none is left, OSError when the flash refuses.
        """
        taken = self._dev_nonce
        if taken > _LAST_DEV_NONCE:
            raise NoncesUsedUp
        self._save(taken + 1, self._join_nonce)
        return taken

    def accept_join_nonce(self, join_nonce: int) -> bool:
        """Whether a join-accept is newer than all before; if so it is kept, for an old one is a replay."""
        if join_nonce < self._join_nonce:
            return False
        self._save(self._dev_nonce, join_nonce + 1)
        return True

    def _save(self, dev_nonce: int, join_nonce: int) -> None:
        self._store.save(_RECORD, struct.pack(_FORMAT, dev_nonce, join_nonce))
        self._dev_nonce, self._join_nonce = dev_nonce, join_nonce
