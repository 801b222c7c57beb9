"""A street's list as CSV (RFC 4180), also as a French spreadsheet has it: semicolons, commas in numbers."""

import csv
import io
from pathlib import Path

from corolle_tools.provision.columns import BY_NAME, COLUMNS, as_text, cells, why_unknown
from corolle_tools.provision.rows import Problems, Row
from corolle_tools.provision.units import Units

_NUMBERS = ("lat_deg", "lon_deg")


def write(units: Units) -> str:
    """The list."""
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(column.name for column in COLUMNS)
    for unit in units.values():
        table.writerow(as_text(value) for value in cells(unit).values())
    return file.getvalue()


def read(text: str, path: Path) -> list[Row]:
    """Its rows. ProvisionError tells all that is wrong with head and shape."""
    problems = Problems(path)
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        head = [cell.strip() for cell in next(table, [])]
        _check_head(head, problems)
        rows = [_row(line, head, table.line_num, delimiter, problems) for line in table if any(line)]
    except csv.Error as error:
        problems.add(f"line {table.line_num}: {error}")
        rows = []
    problems.settle()
    return rows


def _check_head(head: list[str], problems: Problems) -> None:
    for number, name in enumerate(head, 1):
        if name not in BY_NAME:
            problems.add(f"line 1, column {number}: {name!r}: {why_unknown(name)}")
        elif head.index(name) != number - 1:
            problems.add(f"line 1, column {number}: {name!r} stands there twice")
    for column in COLUMNS:
        if not column.may_be_empty and column.name not in head:
            problems.add(f"line 1: no column {column.name!r}")


def _row(line: list[str], head: list[str], number: int, delimiter: str, problems: Problems) -> Row:
    if len(line) != len(head):
        problems.add(f"line {number}: {len(line)} columns: must be {len(head)}, as in line 1")
    found = {name: cell.strip() for name, cell in zip(head, line, strict=False)}
    if delimiter == ";":
        found |= {name: found[name].replace(",", ".") for name in _NUMBERS if name in found}
    where = {name: f"column {number} ({name})" for number, name in enumerate(head, 1)}
    return Row(f"line {number}", found, where)
