"""Each bus and each part by itself: known, whole, of the right types, in range."""

from collections.abc import Iterator, Mapping
from typing import Any

from corolle_tools.boards.definition import Definition
from corolle_tools.boards.drivers import DRIVERS
from corolle_tools.boards.finding import Finding, listed
from corolle_tools.boards.keys import Key, OnBus, toml
from corolle_tools.boards.parts import BUSES, NEEDS, UNITS

_README = "boards/README.md"


def entries(board: Definition) -> Iterator[Finding]:
    """What is wrong with one entry, whatever the others say."""
    for name, entry in board.raw["buses"].items():
        yield from _bus(name, entry)
    for name, entry in board.raw["fitted"].items():
        yield from _part(board, name, entry)


def _bus(name: str, entry: dict[str, Any]) -> Iterator[Finding]:
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in BUSES:
        right = f"Right would be {listed(BUSES)}"
        yield Finding(*_told(f"buses.{name}", entry, "kind", "is no kind of bus"), _README, right)
        return
    yield from _values(f"buses.{name}", {k: v for k, v in entry.items() if k != "kind"}, BUSES[kind], kind)


def _part(board: Definition, name: str, entry: dict[str, Any]) -> Iterator[Finding]:
    unit, driver = board.raw["unit"], entry.get("driver")
    parts = UNITS[unit]
    if name not in parts:
        yield Finding(
            f"fitted.{name}", f"is no part of a {unit}", _README, f"There are {listed(parts, 'and')}"
        )
        return
    if not isinstance(driver, str) or driver not in parts[name]:
        what = f"is not among the drivers of {name}" if name in board.fitted else "is no driver"
        right = f"Right would be {listed(parts[name])}"
        yield Finding(*_told(f"fitted.{name}", entry, "driver", what), _README, right)
        return
    values = {key: value for key, value in entry.items() if key != "driver"}
    yield from _values(f"fitted.{name}", values, DRIVERS[driver].keys, driver)
    yield from _references(board, name, entry)
    if name in NEEDS and not any(other in board.fitted for other in NEEDS[name]):
        why, right = "a meter watches over a valve", f"Fit {listed(NEEDS[name])}, or strike fitted.{name}"
        yield Finding(f"fitted.{name}", "measures what nobody opens", why, right)


def _values(owner: str, values: Mapping[str, Any], keys: Mapping[str, Key], kind: str) -> Iterator[Finding]:
    for key, value in values.items():
        if key not in keys:
            right = f"Keys are {listed(keys)}" if keys else "It has none"
            yield Finding(f"{owner}.{key}", f"is no key of {kind}", _README, right)
        elif fault := keys[key].fault(value):
            yield Finding(f"{owner}.{key} = {_shown(key, value)}", *fault)
    for key, rule in keys.items():
        if key not in values and not rule.optional:
            right = (
                f"Keys that must be there are {listed((k for k, r in keys.items() if not r.optional), 'and')}"
            )
            yield Finding(f"{owner}.{key}", "is missing", f"{kind} cannot do without it", right)


def _references(board: Definition, name: str, entry: dict[str, Any]) -> Iterator[Finding]:
    for key, rule in DRIVERS[entry["driver"]].keys.items():
        bus = entry.get(key)
        if not isinstance(rule, OnBus) or not isinstance(bus, str):
            continue
        if bus in board.raw["buses"] and bus not in board.buses:
            continue  # of that bus its kind is told already
        fit = [other for other, table in board.buses.items() if table["kind"] == rule.kind]
        if bus not in fit:
            what = f"is no {rule.kind} bus of this board" if bus in board.buses else "is no bus of this board"
            why, right = f"{entry['driver']} is at an {rule.kind} bus", f"Right would be {listed(fit)}"
            yield Finding(f'fitted.{name}.{key} = "{bus}"', what, why, right)


def _told(owner: str, entry: dict[str, Any], key: str, what: str) -> tuple[str, str]:
    """A word that is wrong, or is not there at all."""
    if key not in entry:
        return f"{owner}.{key}", "is missing"
    return f"{owner}.{key} = {_shown(key, entry[key])}", what


def _shown(key: str, value: Any) -> str:
    if key == "address" and isinstance(value, int) and not isinstance(value, bool):
        return f"0x{value:02x}"
    return toml(value)
