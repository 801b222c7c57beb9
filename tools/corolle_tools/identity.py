"""Who a unit is: its name, its place, and the identifiers and key it joins the network with.

The AppKey is the one secret of its own. What else seals something of it is derived from that, a key for each
purpose: LoRaWAN's session keys; by NIST SP 800-108 (corolle.wire.derive) the bind key of its adverts, and the
service key that tells its crew.
"""

import secrets
from dataclasses import asdict, dataclass, field, replace
from typing import Any

_JOIN_EUI = "0000000000000000"  # no join server of its own: the gateway answers (LoRaWAN 1.0.4, 6.1.1.2)


@dataclass(frozen=True)
class Identity:
    """One unit as the registry and the node both know it; EUIs and key are hexadecimal, big-endian."""

    name: str
    kind: str  # lamp | canopy
    site: str
    lat_deg: float
    lon_deg: float
    dev_eui: str
    app_key: str = field(repr=False)
    join_eui: str = _JOIN_EUI
    group_key: str = field(default="", repr=False)  # by which the lamps of a street believe each other
    board: str = ""  # a board's name, where it is known
    groups: tuple[str, ...] = ()  # besides its site
    radio_class: str = ""  # LoRaWAN class A or C; as its kind has it where nothing is said
    revoked: bool = False  # lost: whoever has its keys now is none of ours

    @classmethod
    def make(cls, name: str, kind: str, site: str, lat_deg: float, lon_deg: float) -> "Identity":
        """A new unit, its key and EUI from the operating system's random source.

        The EUI is locally administered (IEEE 802, bit 1 of the first octet): it can be nobody's product.
        """
        return cls(name, kind, site, lat_deg, lon_deg, _new_eui(), new_key())

    def on_another_board(self, board: str) -> "Identity":
        """The same unit with another controller: a new EUI, a new key."""
        return replace(self, dev_eui=_new_eui(), app_key=new_key(), board=board, revoked=False)

    @classmethod
    def from_registry(cls, entry: dict[str, Any]) -> "Identity":
        """A unit as units.json lists it. Raises TypeError for what it lacks or should not have."""
        told: dict[str, Any] = {name: value for name, value in entry.items() if name != "class"}
        told["groups"] = tuple(told.get("groups", ()))
        unit = cls(**told)
        return replace(unit, radio_class=unusual_class(unit.kind, entry.get("class", "")))

    def keys_json(self) -> dict[str, str]:
        """What the node keeps as /keys.json."""
        return {name: key for name in ("app_key", "group_key") if (key := getattr(self, name))}

    @property
    def lorawan_class(self) -> str:
        """As said, or as usual: mains lamps listen always (C), solar canopies after they have spoken (A)."""
        return self.radio_class or _usual_class(self.kind)

    def registry_entry(self) -> dict[str, Any]:
        """The unit as units.json lists it for the gateway."""
        entry = asdict(self) | {"class": self.lorawan_class}
        del entry["radio_class"]
        return entry

    def unit_json(self) -> dict[str, Any]:
        """What the node keeps as /unit.json: everything but the keys."""
        kept = ("name", "kind", "lat_deg", "lon_deg", "dev_eui", "join_eui")
        return {name: getattr(self, name) for name in kept}


def unusual_class(kind: str, radio_class: str) -> str:
    """What Identity.radio_class holds: nothing where it is what that kind of unit has."""
    return "" if radio_class == _usual_class(kind) else radio_class


def new_key() -> str:
    """An AES-128 key from the operating system's random source, in hexadecimal."""
    return secrets.token_hex(16)


def _usual_class(kind: str) -> str:
    return "C" if kind == "lamp" else "A"


def _new_eui() -> str:
    eui = bytearray(secrets.token_bytes(8))
    eui[0] = eui[0] & 0xFC | 0x02
    return eui.hex()
