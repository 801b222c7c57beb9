"""Who a node is to a LoRaWAN network."""

from corolle.radio.key import Key


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
