"""What the city reads for the objects of BTHome v2: names with their units."""

from collections.abc import Callable
from typing import Any

from corolle.wire.bthome import KINDS

_NAMES = {
    0x01: "battery_pct",
    0x02: "temperature_c",
    0x03: "humidity_pct",
    0x05: "illuminance_lx",
    0x09: "count",
    0x0B: "power_w",
    0x0C: "voltage_v",
    0x12: "co2_ppm",
    0x14: "moisture_pct",
    0x21: "presence",
    0x26: "problem",
    0x2B: "tamper",
    0x2E: "humidity_pct",
    0x2F: "moisture_pct",
    0x3A: "button",
    0x3D: "count",
    0x3E: "count",
    0x42: "duration_s",
    0x43: "current_a",
    0x44: "speed_m_s",
    0x49: "flow_m3_h",
    0x4A: "voltage_v",
    0x4D: "energy_kwh",
    0x4F: "water_l",
    0x55: "stored_l",
    0x5C: "power_w",
    0xF0: "device_type",
    0xF2: "firmware",
}


def _version(value: float) -> str:
    """0x000203 is 0.2.3."""
    return ".".join(str(byte) for byte in int(value).to_bytes(3, "big"))


def _kind(value: float) -> str:
    kinds = KINDS.split("|")
    return kinds[int(value)] if value < len(kinds) else f"type {value:.0f}"


_READERS: dict[int, Callable[[float], Any]] = {
    0x21: bool,
    0x26: bool,
    0x2B: bool,
    0xF0: _kind,
    0xF2: _version,
}


def named(readings: dict[int, list[float]]) -> dict[str, Any]:
    """Readings by name: one as it is, several as a list in their order."""
    found: dict[str, list[Any]] = {}
    for object_id in sorted(readings):
        reader = _READERS.get(object_id)
        values = readings[object_id]
        found.setdefault(_NAMES[object_id], []).extend(map(reader, values) if reader else values)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}
