"""The rows of a list as text, each with its place in the file; and all that is wrong with them, at once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corolle_tools.provision.columns import BY_NAME, COLUMNS
from corolle_tools.provision.units import ProvisionError

_MOST_TOLD = 20


@dataclass(frozen=True)
class Row:
    """A unit of a list. `place` is the row's in the file, `where` that of each of its cells in the row."""

    place: str
    cells: dict[str, str]
    where: dict[str, str]

    def problem(self, column: str, what: str) -> str:
        """A sentence on one of its cells."""
        return f"{self.place}, {self.where.get(column, column)}: {what}"


class Problems:
    """Sentences on a file: whoever mends it wants to know of all of them."""

    def __init__(self, path: Path):
        self._path = path
        self._told: list[str] = []

    def add(self, sentence: str) -> None:
        """One more."""
        self._told.append(sentence)

    def settle(self) -> None:
        """ProvisionError when there were any."""
        if not self._told:
            return
        more = len(self._told) - _MOST_TOLD
        told = [f"{self._path}: {sentence}" for sentence in self._told[:_MOST_TOLD]]
        if more > 0:
            told.append(f"{self._path}: and {more} more")
        raise ProvisionError("\n".join([*told, "nothing was imported"]))


def values(row: Row, problems: Problems) -> dict[str, Any]:
    """What a row says, by attribute of an Identity; an empty cell says nothing but of groups and board."""
    found: dict[str, Any] = {}
    for name, cell in row.cells.items():
        column = BY_NAME[name]
        if not cell and name in ("board", "groups"):
            found[name] = "" if name == "board" else ()
        elif cell:
            try:
                found[column.attribute or name] = column.read(cell)
            except ValueError:
                problems.add(row.problem(name, f"{cell!r}: must be {column.legal}"))
    for column in COLUMNS:
        if not column.may_be_empty and not row.cells.get(column.name):
            problems.add(row.problem(column.name, f"is missing: must be {column.legal}"))
    return found
