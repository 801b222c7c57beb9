"""Readings of adverts in people's words."""

from corolle.wire.bthome import KINDS
from corolle.wire.words import word_of

from corolle_tools.ble.adverts import Sighting

BATTERY, KIND, FIRMWARE = 0x01, 0xF0, 0xF2

# Object id: name, unit, digits (bthome.io, "Sensor data", "Binary sensor data").
_OBJECTS = {
    0x02: ("temperature", "Cel", 1),
    0x03: ("humidity", "%", 0),
    0x05: ("light", "lx", 0),
    0x09: ("count", "", 0),
    0x0B: ("power", "W", 1),
    0x0C: ("voltage", "V", 2),
    0x12: ("CO2", "ppm", 0),
    0x14: ("moisture", "%", 1),
    0x21: ("presence", "", 0),
    0x26: ("problem", "", 0),
    0x2B: ("tamper", "", 0),
    0x2E: ("humidity", "%", 0),
    0x2F: ("moisture", "%", 0),
    0x3A: ("button", "", 0),
    0x3D: ("count", "", 0),
    0x3E: ("count", "", 0),
    0x42: ("duration", "s", 0),
    0x43: ("current", "A", 3),
    0x44: ("wind", "m/s", 1),
    0x49: ("flow", "m3/h", 3),
    0x4A: ("voltage", "V", 1),
    0x4D: ("energy", "kWh", 3),
    0x4F: ("water", "L", 1),
    0x55: ("stored", "L", 0),
    0x5C: ("power", "W", 1),
}
_FLAGS = (0x21, 0x26, 0x2B)  # worth a word only where they are set


def kind(sighting: Sighting) -> str:
    """What it is: by itself, else by its entry in the keys file."""
    told = sighting.readings.get((KIND, 0))
    if told is not None:
        return word_of(KINDS, int(told))
    return sighting.unit.kind if sighting.unit else ""


def battery_pct(sighting: Sighting) -> float | None:
    """Its battery, None where there is none or it has not told yet."""
    return sighting.readings.get((BATTERY, 0))


def firmware(sighting: Sighting) -> str:
    """The version it runs, "" until it has told."""
    told = sighting.readings.get((FIRMWARE, 0))
    return "" if told is None else ".".join(str(byte) for byte in int(told).to_bytes(3, "big"))


def by_name(sighting: Sighting) -> dict[str, float]:
    """Its readings by name, several of a kind numbered from 1: "moisture 2"."""
    found: dict[str, float] = {}
    for object_id, place in sorted(sighting.readings):
        if object_id in _OBJECTS:
            several = (object_id, 1) in sighting.readings
            name = f"{_OBJECTS[object_id][0]} {place + 1}" if several else _OBJECTS[object_id][0]
            found[name] = sighting.readings[object_id, place]
    return found


def sentence(sighting: Sighting) -> str:
    """Its readings in a line."""
    parts = []
    for (object_id, _), value in sorted(sighting.readings.items()):
        if object_id in _FLAGS and value:
            parts.append(_OBJECTS[object_id][0])
        elif object_id in _OBJECTS and object_id not in _FLAGS:
            name, unit, digits = _OBJECTS[object_id]
            parts.append(f"{name} {value:.{digits}f} {unit}".rstrip())
    return ", ".join(parts)
