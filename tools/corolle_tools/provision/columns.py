"""What stands in a street's list of a unit, and within which bounds. No key is ever in one."""

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from corolle_gateway.config_keys import NAME_PATTERN, NAME_RULE

from corolle_tools.firmware import board_names
from corolle_tools.identity import Identity

_EUI = re.compile(r"[0-9a-fA-F]{16}")
_KEYS = ("app_key", "group_key", "nwk_key")


class Column(NamedTuple):
    """`read` makes of a cell what an Identity holds, or raises ValueError; `attribute`: where it holds it."""

    name: str
    legal: str
    read: Callable[[str], Any]
    attribute: str = ""
    may_be_empty: bool = True


def _name(cell: str) -> str:
    return _matching(NAME_PATTERN, cell)


def _matching(pattern: re.Pattern[str], cell: str) -> str:
    if not pattern.fullmatch(cell):
        raise ValueError(cell)
    return cell


def _one_of(*legal: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if cell not in legal:
            raise ValueError(cell)
        return cell

    return read


def _degrees(most: float) -> Callable[[str], float]:
    def read(cell: str) -> float:
        value = float(cell)
        if not (math.isfinite(value) and -most <= value <= most):
            raise ValueError(cell)
        return value

    return read


def _board(cell: str) -> str:
    return _one_of(*board_names())(cell)


def _groups(cell: str) -> tuple[str, ...]:
    return tuple(_name(group) for group in cell.split())


def _eui(cell: str) -> str:
    return _matching(_EUI, cell).lower()


COLUMNS = (
    Column("name", NAME_RULE, _name, may_be_empty=False),
    Column("kind", "lamp or canopy", _one_of("lamp", "canopy"), may_be_empty=False),
    Column("site", NAME_RULE, _name, may_be_empty=False),
    Column("board", "a board of `corolle boards list`", _board),
    Column("lat_deg", "from -90 to 90", _degrees(90), may_be_empty=False),
    Column("lon_deg", "from -180 to 180", _degrees(180), may_be_empty=False),
    Column("class", "A or C", _one_of("A", "C"), "radio_class"),
    Column("groups", "names with spaces between, each " + NAME_RULE, _groups),
    Column("dev_eui", "16 hexadecimal digits", _eui),
    Column("join_eui", "16 hexadecimal digits", _eui),
    Column("revoked", "yes or no", lambda cell: _one_of("yes", "no")(cell) == "yes"),
)
BY_NAME = {column.name: column for column in COLUMNS}


def why_unknown(name: str) -> str:
    """Why there is no column of that name."""
    if name.lower() in _KEYS:
        return "keys do not travel in lists: provisioning makes them, `corolle units seal` carries them"
    return "must be one of " + ", ".join(BY_NAME)


def cells(unit: Identity) -> dict[str, Any]:
    """A unit as it stands in a list: text, numbers, a list of names, a truth."""
    values = {column.name: getattr(unit, column.attribute or column.name, None) for column in COLUMNS}
    return values | {"class": unit.lorawan_class, "groups": list(unit.groups)}


def as_text(value: Any) -> str:
    """A value of cells() as a cell: whoever reads the text has the value again."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(as_text, value))
    return repr(value) if isinstance(value, float) else str(value)
