"""Keys out of a key: for each purpose its own, so that none tells anything of another.

NIST SP 800-108, counter mode over CMAC, one round: 01 | label | 00 | context | length in bits.
"""

# What a unit's AppKey is the root of. LoRaWAN itself never signs anything that begins with 01.
BIND = b"corolle bthome bind"
SERVICE = b"corolle service"


def derive(key, label: bytes, context: bytes = b"") -> bytes:
    """16 raw bytes. `key.cmac(data)` is RFC 4493; a label holds no zero byte."""
    return key.cmac(b"\x01" + label + b"\x00" + context + b"\x00\x80")
