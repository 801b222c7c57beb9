"""Who a unit is: its name, its place, and the identifiers and key it joins the network with."""

import secrets
from dataclasses import asdict, dataclass, field
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

    @classmethod
    def make(cls, name: str, kind: str, site: str, lat_deg: float, lon_deg: float) -> "Identity":
        """A new unit, its key and EUI from the operating system's random source.

        The EUI is locally administered (IEEE 802, bit 1 of the first octet): it can be nobody's product.
        """
        eui = bytearray(secrets.token_bytes(8))
        eui[0] = eui[0] & 0xFC | 0x02
        return cls(name, kind, site, lat_deg, lon_deg, eui.hex(), secrets.token_hex(16))

    @classmethod
    def from_registry(cls, entry: dict[str, Any]) -> "Identity":
        """A unit as units.json lists it. Raises TypeError for what it lacks or should not have."""
        return cls(**{name: value for name, value in entry.items() if name != "class"})

    def keys_json(self) -> dict[str, str]:
        """What the node keeps as /keys.json."""
        return {name: key for name in ("app_key", "group_key") if (key := getattr(self, name))}

    @property
    def lorawan_class(self) -> str:
        """Mains lamps listen always (C); solar canopies only after they have spoken (A)."""
        return "C" if self.kind == "lamp" else "A"

    def registry_entry(self) -> dict[str, Any]:
        """The unit as units.json lists it for the gateway."""
        return asdict(self) | {"class": self.lorawan_class}

    def unit_json(self) -> dict[str, Any]:
        """What the node keeps as /unit.json: everything but the keys."""
        kept = ("name", "kind", "lat_deg", "lon_deg", "dev_eui", "join_eui")
        return {name: getattr(self, name) for name in kept}
