"""AES keys as corolle.wire wants them, with contexts made once: making one costs more than using it.

And none before it is needed: each takes a kilobyte, and of a session's two keys one only signs, one only
encrypts.
"""

from functools import cached_property

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC


class Key:
    """One AES-128 key. Neither its repr nor an error tells it."""

    def __init__(self, raw: bytes):
        self._raw = raw

    @cached_property
    def _encryptor(self) -> CipherContext:
        """ECB keeps no state between whole blocks: one context serves for ever."""
        return Cipher(algorithms.AES(self._raw), modes.ECB()).encryptor()

    @cached_property
    def _mac(self) -> CMAC:
        return CMAC(algorithms.AES(self._raw))

    def encrypt(self, blocks: bytes) -> bytes:
        """AES-ECB of whole blocks of 16 bytes."""
        return self._encryptor.update(blocks)

    def cmac(self, data: bytes) -> bytes:
        """The 16 bytes of RFC 4493."""
        mac = self._mac.copy()
        mac.update(data)
        return mac.finalize()

    def decrypt(self, blocks: bytes) -> bytes:
        """AES-ECB decryption, which the network uses for join-accepts only."""
        return Cipher(algorithms.AES(self._raw), modes.ECB()).decryptor().update(blocks)
