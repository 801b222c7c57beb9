"""A street's list into its units.json and out of it: all of it or nothing, and never a key."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

from corolle_tools.identity import Identity, unusual_class
from corolle_tools.provision import csv_list, geojson_list
from corolle_tools.provision.register import kind_of, with_group_key
from corolle_tools.provision.rows import Problems, Row, values
from corolle_tools.provision.units import ProvisionError, Units

# What only another command changes of a unit that is known: by attribute, column, and that command.
_FIXED = (
    ("kind", "kind", "another kind of unit needs a name of its own"),
    ("dev_eui", "dev_eui", "`corolle units replace` gives it another board"),
    ("revoked", "revoked", "`corolle units revoke` and `replace` change that"),
)


class _Format(NamedTuple):
    read: Callable[[str, Path], list[Row]]
    write: Callable[[Units], str]


_CSV, _GEOJSON = _Format(csv_list.read, csv_list.write), _Format(geojson_list.read, geojson_list.write)
_FORMATS = {".csv": _CSV, ".geojson": _GEOJSON, ".json": _GEOJSON}


@dataclass(frozen=True)
class Imported:
    """How many of a list's units were new, changed, and as they were before."""

    new: int
    changed: int
    same: int


def write(units: Units, path: Path) -> None:
    """Write the list of all units. ProvisionError."""
    try:
        path.write_text(_format(path).write(units), encoding="utf-8", newline="")
    except OSError as error:
        raise ProvisionError(f"{path}: {error.strerror}") from error


def take(units: Units, path: Path) -> Imported:
    """Enter a list's units: new ones get keys, known ones keep theirs. ProvisionError, nothing is entered."""
    fresh = _checked(units, path)
    before = dict(units)
    for name, told in fresh.items():
        known = before.get(name)
        units[name] = replace(known, **told) if known else _made(units, told)
    new = len(fresh.keys() - before.keys())
    changed = sum(units[name] != before[name] for name in fresh.keys() & before.keys())
    return Imported(new, changed, len(fresh) - new - changed)


def _checked(units: Units, path: Path) -> dict[str, dict[str, Any]]:
    """What each row says, by the unit's name. ProvisionError tells all that is wrong."""
    problems = Problems(path)
    found: dict[str, dict[str, Any]] = {}
    places: dict[str, str] = {}
    for row in _format(path).read(_text(path), path):
        told = values(row, problems)
        name = told.get("name", "")
        for column in ("name", "dev_eui"):
            value = told.get(column)
            if value and (first := places.setdefault(f"{column} {value}", row.place)) != row.place:
                problems.add(row.problem(column, f"{value!r} stands in {first} already"))
        told["radio_class"] = unusual_class(told.get("kind", ""), told.get("radio_class", ""))
        _check_known(row, told, units, problems)
        found[name] = told
    problems.settle()
    return found


def _check_known(row: Row, told: dict[str, Any], units: Units, problems: Problems) -> None:
    """What may not be said of a unit, because of what is known of it or of others."""
    known = units.get(told.get("name", ""))
    for attribute, column, instead in _FIXED if known else ():
        value = told.get(attribute, getattr(known, attribute))
        if value != getattr(known, attribute):
            problems.add(
                row.problem(column, f"{row.cells[column]!r} is not what {told['name']} has: {instead}")
            )
    owner = next((unit.name for unit in units.values() if unit.dev_eui == told.get("dev_eui")), None)
    if owner not in (None, told.get("name")):
        problems.add(row.problem("dev_eui", f"{told['dev_eui']!r} belongs to {owner}"))
    board, kind = told.get("board"), told.get("kind")
    if board and kind and kind_of(board) != kind:
        problems.add(row.problem("board", f"{board!r} is for a {kind_of(board)}, not for a {kind}"))


def _made(units: Units, told: dict[str, Any]) -> Identity:
    made = Identity.make(*(told[name] for name in ("name", "kind", "site", "lat_deg", "lon_deg")))
    known = {field.name for field in fields(made)}
    unit = replace(made, **{name: value for name, value in told.items() if name in known})
    return with_group_key(units, unit)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ProvisionError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ProvisionError(f"{path}: not UTF-8 text (byte {error.start}): save it as UTF-8") from error


def _format(path: Path) -> _Format:
    found = _FORMATS.get(path.suffix.lower())
    if found is None:
        raise ProvisionError(f"{path}: its name must end in one of {', '.join(_FORMATS)}")
    return found
