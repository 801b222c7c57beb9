"""The firmware's own tables of settings, by kind of unit."""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.mist_settings import MIST_SETTINGS
from corolle.system.settings import Settings, rows

from corolle_tools.ble.faults import Usage

_TABLES = {"lamp": (LAMP_SETTINGS,), "canopy": (CANOPY_SETTINGS, MIST_SETTINGS)}


class Row(NamedTuple):
    """One setting as its table has it."""

    name: str
    default: int
    lowest: int
    highest: int
    unit: str
    meaning: str

    @property
    def legal(self) -> str:
        """Its range, with the unit."""
        return f"{self.lowest}..{self.highest} {self.unit}".rstrip()


def known(kind: str) -> dict[str, Row]:
    """All settings of a kind, by name. Usage for a kind that this version does not have."""
    if kind not in _TABLES:
        raise Usage(f"settings of {kind!r} are not known here: those of {' and '.join(_TABLES)} are")
    return {row[0]: Row(*row) for row in rows(*_TABLES[kind])}


def check(kind: str, names: Iterable[str], values: dict[str, int]) -> None:
    """Usage for a name that the kind does not have, and for a value that its units would not take."""
    legal = known(kind)
    for name in [*names, *values]:
        if name not in legal:
            close = difflib.get_close_matches(name, legal, 3, 0.5)
            raise Usage(f"a {kind} has no setting {name!r}" + (f": {', '.join(close)}?" if close else ""))
    settings = Settings(*_TABLES[kind])
    for name, value in values.items():
        try:
            settings.set(name, value)
        except ValueError:
            row = legal[name]
            raise Usage(f"{name}={value} is out of range: {row.legal}, default {row.default}") from None


def hash_of(kind: str, values: dict[str, int]) -> int:
    """The hash by which a unit tells what it runs, of these values.

    A canopy without mist and battery does not hold the second half of the table.
    """
    held = [table for table in _TABLES[kind] if any(row[0] in values for row in rows(table))]
    settings = Settings(*held)
    settings.take({name: value for name, value in values.items() if name in known(kind)})
    return settings.hash()


def in_order(kind: str, values: dict[str, int]) -> dict[str, int]:
    """The same values in the table's order, those that it does not have behind."""
    return {name: values[name] for name in known(kind) if name in values} | values


def parse(lines: str) -> dict[str, int]:
    """Values by name, of "name=value" lines. ValueError names a line that is none."""
    values = {}
    for line in lines.splitlines():
        name, _, value = line.partition("=")
        try:
            values[name.strip()] = int(value)
        except ValueError:
            raise ValueError(f"{line!r} is not NAME=VALUE with a whole number") from None
    return values
