"""The firmware's own tables of settings, by kind of unit."""

import difflib
from collections.abc import Iterable

from corolle.system.settings import Settings
from corolle_gateway import settings_tables
from corolle_gateway.settings_tables import TABLES, Row, hash_of

from corolle_tools.ble.faults import Usage

__all__ = ("Row", "check", "hash_of", "in_order", "known", "parse")


def known(kind: str) -> dict[str, Row]:
    """All settings of a kind, by name. Usage for a kind that this version does not have."""
    if kind not in TABLES:
        raise Usage(f"settings of {kind!r} are not known here: those of {' and '.join(TABLES)} are")
    return settings_tables.known(kind)


def check(kind: str, names: Iterable[str], values: dict[str, int]) -> None:
    """Usage for a name that the kind does not have, and for a value that its units would not take."""
    legal = known(kind)
    for name in [*names, *values]:
        if name not in legal:
            close = difflib.get_close_matches(name, legal, 3, 0.5)
            raise Usage(f"a {kind} has no setting {name!r}" + (f": {', '.join(close)}?" if close else ""))
    settings = Settings(*TABLES[kind])
    for name, value in values.items():
        try:
            settings.set(name, value)
        except ValueError:
            row = legal[name]
            raise Usage(f"{name}={value} is out of range: {row.legal}, default {row.default}") from None


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
