"""The keys of a rig's file: each section's, what each takes, and which must be there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("lamp", "canopy")
POWERS = ("jig", "labgrid", "command")  # ways to switch a unit's supply
METERS = ("ina226", "bl0942")
LAST_GPIO = 48  # of any ESP32


@dataclass(frozen=True)
class Key:
    """One key; `legal` says in words what `takes` accepts."""

    takes: Callable[[Any], bool]
    legal: str
    must: bool = True


Section = Mapping[str, Key]


def _text(legal: str, must: bool = True) -> Key:
    return Key(lambda value: isinstance(value, str) and bool(value.strip()), legal, must)


def _number(low: int, high: int, what: str, must: bool = True) -> Key:
    def takes(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    return Key(takes, f"{what}, a whole number from {low} to {high}", must)


def _one_of(words: tuple[str, ...]) -> Key:
    return Key(lambda value: value in words, f"one of {', '.join(words)}")


_PORT = Key(
    lambda value: isinstance(value, str) and bool(value.strip()) and value != "usb:",
    "a serial port: a path such as /dev/ttyACM0, or usb: and the serial number of its USB device",
)
_SECTION = Key(lambda value: isinstance(value, dict), "a section", must=False)
_GPIO = _number(0, LAST_GPIO, "a GPIO of the jig", must=False)
_SHUNT = _number(1, 10_000_000, "micro-ohm")

RIG: Section = {
    "units": Key(lambda value: isinstance(value, dict) and bool(value), "sections [units.NAME]"),
    "jig": _SECTION,
    "labgrid": _SECTION,
    "gateway": _SECTION,
}
UNIT: Section = {
    "kind": _one_of(KINDS),
    "board": _text("the name of a board of boards/"),
    "port": _PORT,
    "power": _text(f"one of {', '.join(POWERS)}, a colon and what is switched", must=False),
    "meter": _SECTION,
    "photodiode": _SECTION,
    "wires": _SECTION,
}
WIRES: Section = {name: _GPIO for name in ("presence", "valve_open", "valve_close", "flow")}
PHOTODIODE: Section = {
    "gpio": _number(0, LAST_GPIO, "a GPIO of the jig with an ADC"),
    "dark_mv": _number(0, 3300, "mV in the dark"),
    "full_mv": _number(1, 3300, "mV at full light"),
}
INA226: Section = {
    "driver": _one_of(METERS),
    "sda": _number(0, LAST_GPIO, "a GPIO of the jig"),
    "scl": _number(0, LAST_GPIO, "a GPIO of the jig"),
    "address": _number(0x40, 0x4F, "an I2C address"),
    "shunt_uohm": _SHUNT,
}
BL0942: Section = {
    "driver": _one_of(METERS),
    "port": _PORT,
    "address": _number(0, 3, "its address"),
    "shunt_uohm": _SHUNT,
    "divider": _number(1, 1_000_000, "mains voltage over that at its input"),
}
JIG: Section = {"port": _PORT}
LABGRID: Section = {
    "client": _text("the path of labgrid-client in its own environment"),
    "coordinator": _text("its coordinator, HOST:PORT"),
}
GATEWAY: Section = {
    "host": _text("the broker's name or address"),
    "port": _number(1, 65_535, "the broker's port"),
    "topics": _text("what its topics begin with: corolle/SITE/GATEWAY"),
    "user": _text("a user of the broker", must=False),
    "password_file": _text("the file that holds the user's password", must=False),
    "tls": Key(lambda value: isinstance(value, bool), "true or false", must=False),
}


def problems(where: str, section: Section, given: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys of one section, a sentence each."""
    for name in given.keys() - section.keys():
        yield f"{where}{name} is not a key: there are {', '.join(section)}"
    for name, key in section.items():
        if name not in given:
            if key.must:
                yield f"{where}{name} is missing: it is {key.legal}"
        elif not key.takes(given[name]):
            yield f"{where}{name} = {given[name]!r} is not {key.legal}"
