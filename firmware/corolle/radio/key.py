"""An AES key, over the cipher in the node's chip: what frames of every radio are sealed with."""

from cryptolib import aes

from corolle.wire.cmac import cmac, subkeys
from corolle.wire.compat import const

_ECB = const(1)
_CBC = const(2)


class Key:
    """One AES-128 key, as corolle.wire wants it. The raw bytes show in neither repr nor str."""

    def __init__(self, raw: bytes):
        if len(raw) != 16:
            raise ValueError(f"an AES-128 key has 16 bytes, this has {len(raw)}")
        self._raw = bytes(raw)
        self._k1, self._k2 = subkeys(self.encrypt)

    def encrypt(self, blocks: bytes) -> bytes:
        """AES-ECB of whole blocks."""
        return aes(self._raw, _ECB).encrypt(blocks)

    def cmac(self, data: bytes) -> bytes:
        """AES-CMAC, RFC 4493: 16 bytes."""
        return cmac(self._chain, self._k1, self._k2, data)

    def _chain(self, blocks: bytes) -> bytes:
        # A CBC context carries its last block along, so each message needs a new one.
        return aes(self._raw, _CBC, bytes(16)).encrypt(blocks)
