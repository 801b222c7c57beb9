"""What is wrong with a rig's file, in sentences."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from corolle_hil.bench import rig_keys as keys

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_METERS = {"ina226": keys.INA226, "bl0942": keys.BL0942}
_PAIRED = (("valve_open", "valve_close"), ("valve_close", "valve_open"))

Raw = Mapping[str, Any]


def find_problems(raw: Raw) -> Iterator[str]:
    """Every problem, a sentence each; sections that are none are not looked into."""
    found = list(keys.problems("", keys.RIG, raw))
    yield from found
    for name, section in (("jig", keys.JIG), ("labgrid", keys.LABGRID), ("gateway", keys.GATEWAY)):
        if isinstance(raw.get(name), dict):
            yield from keys.problems(f"{name}.", section, raw[name])
    units = raw.get("units")
    if not isinstance(units, dict):
        return
    for name, entry in units.items():
        yield from _unit(raw, f"units.{name}", name, entry)
    yield from _shared(raw, {name: entry for name, entry in units.items() if isinstance(entry, dict)})


def _unit(raw: Raw, where: str, name: str, entry: Any) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield f"{where}: a unit's name has a-z, 0-9 and - only"
    if not isinstance(entry, dict):
        yield f"{where} = {entry!r} is not a section"
        return
    yield from keys.problems(f"{where}.", keys.UNIT, entry)
    yield from _power(raw, where, entry.get("power"))
    yield from _meter(raw, where, entry.get("meter"))
    yield from _wires(raw, where, entry)


def _power(raw: Raw, where: str, power: Any) -> Iterator[str]:
    if not isinstance(power, str):
        return
    way, colon, switched = power.partition(":")
    if way not in keys.POWERS or not colon or not switched:
        ways = ", ".join(keys.POWERS)
        yield f"{where}.power = {power!r} is not one of {ways}, a colon and what is switched"
    elif way == "jig" and not switched.isdecimal():
        yield f"{where}.power = {power!r}: jig: is followed by the GPIO of a relay"
    elif way in ("jig", "labgrid") and way not in raw:
        yield f"{where}.power = {power!r} needs a section [{way}]"
    elif way == "command" and "{state}" not in switched:
        yield f"{where}.power = {power!r} has no {{state}}, which becomes on or off"


def _meter(raw: Raw, where: str, meter: Any) -> Iterator[str]:
    if not isinstance(meter, dict):
        return
    section = _METERS.get(str(meter.get("driver")))
    if section is None:
        yield f"{where}.meter.driver = {meter.get('driver')!r} is not one of {', '.join(_METERS)}"
        return
    yield from keys.problems(f"{where}.meter.", section, meter)
    if section is keys.INA226 and "jig" not in raw:
        yield f"{where}.meter: an ina226 hangs on the jig's I2C, and there is no section [jig]"


def _wires(raw: Raw, where: str, entry: Raw) -> Iterator[str]:
    wires, photodiode = entry.get("wires"), entry.get("photodiode")
    if isinstance(wires, dict):
        yield from keys.problems(f"{where}.wires.", keys.WIRES, wires)
        for one, other in _PAIRED:
            if one in wires and other not in wires:
                yield f"{where}.wires.{one} is of no use without {other}: a latching valve has two coils"
    if isinstance(photodiode, dict):
        yield from keys.problems(f"{where}.photodiode.", keys.PHOTODIODE, photodiode)
        dark_mv, full_mv = photodiode.get("dark_mv"), photodiode.get("full_mv")
        if isinstance(dark_mv, int) and isinstance(full_mv, int) and dark_mv >= full_mv:
            yield f"{where}.photodiode.dark_mv = {dark_mv} is not below full_mv = {full_mv}"
    if (wires or photodiode) and "jig" not in raw:
        yield f"{where}: wires and photodiodes lead to the jig, and there is no section [jig]"


def _shared(raw: Raw, units: Mapping[str, Raw]) -> Iterator[str]:
    """What two of the rig claim. An I2C bus may have many meters."""
    used: dict[str, str] = {}
    for what, where in _claims(raw, units):
        if what in used:
            yield f"{where} and {used[what]} are both {what}"
        used[what] = where


def _claims(raw: Raw, units: Mapping[str, Raw]) -> Iterator[tuple[str, str]]:
    jig = raw.get("jig")
    if isinstance(jig, dict):
        yield f"port {jig.get('port')}", "jig.port"
    for name, entry in units.items():
        where = f"units.{name}"
        yield f"port {entry.get('port')}", f"{where}.port"
        way, _, switched = str(entry.get("power", "")).partition(":")
        if way == "jig":
            yield f"the jig's GPIO {switched}", f"{where}.power"
        for section in ("wires", "photodiode"):
            for wire, gpio in (entry.get(section) or {}).items():
                if section == "wires" or wire == "gpio":
                    yield f"the jig's GPIO {gpio}", f"{where}.{section}.{wire}"
