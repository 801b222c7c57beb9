"""AES keys as corolle.wire wants them, with contexts made once: making one costs more than using it."""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC


class Key:
    """One AES-128 key. Neither its repr nor an error tells it."""

    def __init__(self, raw: bytes):
        self._raw = raw
        # ECB keeps no state between whole blocks: one context serves for ever.
        self._encryptor = Cipher(algorithms.AES(raw), modes.ECB()).encryptor()
        self._mac = CMAC(algorithms.AES(raw))

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
