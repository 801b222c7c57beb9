"""Units in the air: who adverts, how loud, and what it measures where its key is known.

An advert names nobody. It is a unit's whose key opens it; one that no key opens may be any encrypted
BTHome device of the neighbourhood.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from corolle.wire import bthome, bthome_reader
from corolle.wire.errors import FrameError

from corolle_tools.ble.keyring import Keyring, Known

_BTHOME = "0000fcd2-0000-1000-8000-00805f9b34fb"
_MAC = re.compile(r"(?:[0-9A-F]{2}:){5}[0-9A-F]{2}", re.IGNORECASE)
_PACKET_ID = 0x00


@dataclass
class Sighting:
    """Who sends from one address.

    Attributes:
        unit: whose it is, None while no key opens its adverts.
        readings: the last value of each of its objects by (object id, which of that id).
        counter: of the last advert that was believed.
        heard_s: when, by this machine's monotonic clock.
    """

    device: BLEDevice
    rssi_dbm: int = 0
    unit: Known | None = None
    readings: dict[tuple[int, int], float] = field(default_factory=dict)
    counter: int = -1
    heard_s: float = 0.0

    @property
    def name(self) -> str:
        """The unit's name, or the address of somebody unknown."""
        return self.unit.name if self.unit else self.device.address


class Listener:
    """Takes a scanner's adverts. `on_change(sighting)` is called with each that is from a unit."""

    def __init__(self, keyring: Keyring, on_change: Callable[[Sighting], None] = lambda _: None):
        self.sightings: dict[str, Sighting] = {}
        self._keyring = keyring
        self._on_change = on_change

    def __call__(self, device: BLEDevice, advert: AdvertisementData) -> None:
        """Take an advert, anybody's."""
        data = advert.service_data.get(_BTHOME)
        if not data or data[0] != bthome.INFO:
            return
        sighting = self.sightings.setdefault(device.address, Sighting(device))
        new = not sighting.heard_s
        sighting.rssi_dbm, sighting.heard_s = advert.rssi, time.monotonic()
        if _MAC.fullmatch(device.address):
            self._read(sighting, data, bytes.fromhex(device.address.replace(":", "")), new)
        self._on_change(sighting)

    def _read(self, sighting: Sighting, data: bytes, mac: bytes, new: bool) -> None:
        """All keys are tried on an address once only: there may be thousands."""
        for unit in [sighting.unit] if sighting.unit else self._keyring.units if new else ():
            try:
                sighting.counter, readings = bthome_reader.read(data, unit.bind, mac, sighting.counter)
            except FrameError as error:
                if error.cause in ("repeated", "replayed"):
                    return
                continue
            sighting.unit = unit
            sighting.readings.update(_numbered(readings))
            return


def _numbered(readings: list[tuple[int, float]]) -> dict[tuple[int, int], float]:
    """Readings of one id are told apart by their order: a canopy has several probes."""
    numbered: dict[tuple[int, int], float] = {}
    for object_id, value in readings:
        if object_id != _PACKET_ID:
            numbered[object_id, sum(known == object_id for known, _ in numbered)] = value
    return numbered
