"""Who a node is to a LoRaWAN network, and its AES keys, over the cipher in its chip."""

from cryptolib import aes

from corolle.wire.cmac import cmac, subkeys
from corolle.wire.compat import const

_ECB = const(1)
_CBC = const(2)


class Key:
    """One AES-128 key, as corolle.wire.lorawan wants it. The raw bytes show in neither repr nor str."""

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


class Identity:
    """DevEUI and JoinEUI as people write them, and the AppKey (LoRaWAN 1.0.4, 6.1.1)."""

    def __init__(self, dev_eui: str, join_eui: str, app_key: str):
        """All in hexadecimal. ValueError names what has the wrong length; it never shows the key."""
        self.dev_eui = _bytes("dev_eui", dev_eui, 8)
        self.join_eui = _bytes("join_eui", join_eui, 8)
        self.app_key = Key(_bytes("app_key", app_key, 16))


def _bytes(name: str, text: str, length: int) -> bytes:
    problem = len(text) != 2 * length or any(char not in "0123456789abcdefABCDEF" for char in text)
    if problem:
        raise ValueError(f"{name} is not {2 * length} hexadecimal digits")
    return bytes.fromhex(text)
