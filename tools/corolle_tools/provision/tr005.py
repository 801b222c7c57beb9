"""What the QR code of a LoRaWAN device says: LoRa Alliance TR005, schema D0. Identifiers, and no key."""

import re

_PROFILE = re.compile(r"[0-9A-F]{8}")
# VendorID and what the vendor calls the profile. FFFF stands for a vendor to whom the LoRa Alliance gave no
# number; who has one says its own profile.
_PROFILES = {"lamp": "FFFF0001", "canopy": "FFFF0002"}


def profile_of(kind: str) -> str:
    """The ProfileID of a kind of unit where nobody says another."""
    return _PROFILES[kind]


def code(join_eui: str, dev_eui: str, profile: str) -> str:
    """LW:D0:JoinEUI:DevEUI:ProfileID, in capitals: a QR code takes two thirds of the room for them.

    ValueError when `profile` is not 8 hexadecimal digits.
    """
    profile = profile.upper()
    if not _PROFILE.fullmatch(profile):
        raise ValueError(f"profile {profile!r}: must be 8 hexadecimal digits, VendorID and VendorProfileID")
    return ":".join(("LW", "D0", join_eui.upper(), dev_eui.upper(), profile))
