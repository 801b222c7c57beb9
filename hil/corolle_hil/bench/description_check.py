"""What is wrong with a rig's file, in sentences."""

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from corolle_hil.bench import rig_keys as keys

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_TOPICS = re.compile(r"corolle/[^/+#]+/[^/+#]+")
_METERS = {"ina226": keys.INA226, "bl0942": keys.BL0942}
_VALVE = ("valve_open", "valve_close", "flow")
# What a board must have for a wire to lead anywhere.
_FITTED = {"presence": "presence", "valve_open": "valve", "valve_close": "valve", "flow": "flow"}

Raw = Mapping[str, Any]


def find_problems(raw: Raw, boards: Mapping[str, Raw]) -> Iterator[str]:
    """Every problem, a sentence each; sections that are none are not looked into. `boards` are by name."""
    found = list(keys.problems("", keys.RIG, raw))
    yield from found
    for name, section in (("jig", keys.JIG), ("labgrid", keys.LABGRID), ("gateway", keys.GATEWAY)):
        if isinstance(raw.get(name), dict):
            yield from keys.problems(f"{name}.", section, raw[name])
    if isinstance(raw.get("gateway"), dict):
        yield from _gateway(raw["gateway"])
    units = raw.get("units")
    if not isinstance(units, dict):
        return
    for name, entry in units.items():
        yield from _unit(raw, f"units.{name}", name, entry)
        if isinstance(entry, dict):
            yield from _board(f"units.{name}", entry, boards)
    yield from _shared(raw, {name: entry for name, entry in units.items() if isinstance(entry, dict)})


def _gateway(gateway: Raw) -> Iterator[str]:
    topics = gateway.get("topics")
    if isinstance(topics, str) and not _TOPICS.fullmatch(topics):
        yield f"gateway.topics = {topics!r} is not what its topics begin with: corolle/SITE/GATEWAY"
    if "password_file" in gateway and "user" not in gateway:
        yield "gateway.password_file is of no use without gateway.user"


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


def _board(where: str, entry: Raw, boards: Mapping[str, Raw]) -> Iterator[str]:
    name = entry.get("board")
    if not isinstance(name, str) or not name.strip():
        return
    if name not in boards:
        yield f"{where}.board = {name!r} is no board: there are {', '.join(sorted(boards))}"
        return
    board, kind = boards[name], entry.get("kind")
    if kind in keys.KINDS and kind != board.get("unit"):
        yield f"{where}.kind = {kind!r}: {name} is the board of a {board.get('unit')}"
    for wire in _section(entry, "wires"):
        part = _FITTED.get(wire)
        if part and part not in board.get("fitted", {}):
            yield f"{where}.wires.{wire} leads nowhere: {name} has no [fitted.{part}]"


def _power(raw: Raw, where: str, power: Any) -> Iterator[str]:
    if not isinstance(power, str):
        return
    way, colon, switched = power.partition(":")
    if way not in keys.POWERS or not colon or not switched:
        ways = ", ".join(keys.POWERS)
        yield f"{where}.power = {power!r} is not one of {ways}, a colon and what is switched"
    elif way == "jig" and not (switched.isdecimal() and int(switched) <= keys.LAST_GPIO):
        yield f"{where}.power = {power!r}: jig: is followed by the GPIO of a relay, 0 to {keys.LAST_GPIO}"
    elif way in ("jig", "labgrid") and way not in raw:
        yield f"{where}.power = {power!r} needs a section [{way}]"
    elif way == "command":
        yield from _command(f"{where}.power = {power!r}", switched)


def _command(where: str, line: str) -> Iterator[str]:
    if "{state}" not in line:
        yield f"{where} has no {{state}}, which becomes on or off"
    try:
        shlex.split(line)
    except ValueError as error:
        yield f"{where} is no command line: {error}"


def _meter(raw: Raw, where: str, meter: Any) -> Iterator[str]:
    if not isinstance(meter, dict):
        return
    section = _METERS.get(str(meter.get("driver")))
    if section is None:
        yield f"{where}.meter.driver = {meter.get('driver')!r} is not one of {', '.join(_METERS)}"
        return
    yield from keys.problems(f"{where}.meter.", section, meter)
    if section is keys.INA226:
        if "jig" not in raw:
            yield f"{where}.meter: an ina226 hangs on the jig's I2C, and there is no section [jig]"
        if "sda" in meter and meter.get("sda") == meter.get("scl"):
            yield f"{where}.meter.sda and scl are both {meter['sda']}: a bus has two wires"


def _wires(raw: Raw, where: str, entry: Raw) -> Iterator[str]:
    wires, photodiode = entry.get("wires"), entry.get("photodiode")
    if isinstance(wires, dict):
        yield from keys.problems(f"{where}.wires.", keys.WIRES, wires)
        there = [wire for wire in _VALVE if wire in wires]
        lacking = [wire for wire in _VALVE if wire not in wires]
        if there and lacking:
            yield (
                f"{where}.wires.{there[0]} is of no use without {' and '.join(lacking)}: "
                "a latching valve has two coils, and a meter behind it"
            )
    if isinstance(photodiode, dict):
        yield from keys.problems(f"{where}.photodiode.", keys.PHOTODIODE, photodiode)
        dark_mv, full_mv = photodiode.get("dark_mv"), photodiode.get("full_mv")
        if isinstance(dark_mv, int) and isinstance(full_mv, int) and dark_mv >= full_mv:
            yield f"{where}.photodiode.dark_mv = {dark_mv} is not below full_mv = {full_mv}"
    if (wires or photodiode) and "jig" not in raw:
        yield f"{where}: wires and photodiodes lead to the jig, and there is no section [jig]"


def _shared(raw: Raw, units: Mapping[str, Raw]) -> Iterator[str]:
    """What two of the rig claim. An I2C bus may have many meters."""
    used: dict[str, tuple[str, str]] = {}
    for what, where, use in _claims(raw, units):
        if what in used and not (use and used[what][1] == use):
            yield f"{where} and {used[what][0]} are both {what}"
        used[what] = where, use


def _claims(raw: Raw, units: Mapping[str, Raw]) -> Iterator[tuple[str, str, str]]:
    """(what, where, how it is used: "" for what only one may have)."""
    jig = _section(raw, "jig")
    if jig:
        yield f"port {jig.get('port')}", "jig.port", ""
    for name, entry in units.items():
        where = f"units.{name}"
        yield f"port {entry.get('port')}", f"{where}.port", ""
        meter = _section(entry, "meter")
        if "port" in meter:
            yield f"port {meter['port']}", f"{where}.meter.port", ""
        for wire in ("sda", "scl"):
            if wire in meter:
                yield f"the jig's GPIO {meter[wire]}", f"{where}.meter.{wire}", wire
        way, _, switched = str(entry.get("power", "")).partition(":")
        if way == "jig":
            yield f"the jig's GPIO {switched}", f"{where}.power", ""
        for section in ("wires", "photodiode"):
            for wire, gpio in _section(entry, section).items():
                if section == "wires" or wire == "gpio":
                    yield f"the jig's GPIO {gpio}", f"{where}.{section}.{wire}", ""


def _section(of: Raw, name: str) -> Raw:
    """A section, {} where there is none or something else stands in its place."""
    found = of.get(name)
    return found if isinstance(found, dict) else {}
