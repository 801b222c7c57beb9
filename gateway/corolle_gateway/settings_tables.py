"""The firmware's own tables of settings, by kind of unit."""

from functools import cache
from typing import NamedTuple

from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.mist_settings import MIST_SETTINGS
from corolle.system.settings import Settings, rows
from corolle.wire.settings_words import mark

TABLES = {"lamp": (LAMP_SETTINGS,), "canopy": (CANOPY_SETTINGS, MIST_SETTINGS)}


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


@cache
def known(kind: str) -> dict[str, Row]:
    """All settings of a kind, by name. KeyError for a kind that this version does not have."""
    return {row[0]: Row(*row) for row in rows(*TABLES[kind])}


@cache
def by_mark(kind: str) -> dict[int, str]:
    """The names of a kind's settings by their marks on the air."""
    return {mark(name): name for name in known(kind)}


def held(kind: str, values: dict[str, int], hash32: int) -> set[str] | None:
    """The settings that a unit holds which tells by this hash that it runs these values, and defaults for all
    others; None when it does not tell that.

    A canopy without mist and battery does not hold the second half of the table.
    """
    tables = TABLES[kind]
    for count in range(1, len(tables) + 1):
        if _hash(tables[:count], values) == hash32:
            return {row[0] for row in rows(*tables[:count])}
    return None


def hash_of(kind: str, values: dict[str, int]) -> int:
    """The hash by which a unit that holds these settings, and no other half of the table, tells them."""
    held = (table for table in TABLES[kind] if any(row[0] in values for row in rows(table)))
    return _hash(tuple(held), values)


def _hash(tables: tuple[str, ...], values: dict[str, int]) -> int:
    settings = Settings(*tables)
    settings.take({row[0]: values[row[0]] for row in rows(*tables) if row[0] in values})
    return settings.hash()
