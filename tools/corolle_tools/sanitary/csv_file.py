"""The document for a French spreadsheet: semicolons, and a byte order mark that tells it is UTF-8."""

import csv
from pathlib import Path

from corolle_tools.sanitary.dossier import Dossier
from corolle_tools.sanitary.summary import summary
from corolle_tools.sanitary.table import HEADS, TITLE, opening, rows

_FORMULA = ("=", "+", "-", "@")


def save(path: Path, dossier: Dossier) -> None:
    """Write the document. OSError when it cannot be written."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file, delimiter=";")
        sheet.writerow([TITLE])
        sheet.writerows(opening(dossier))
        sheet.writerows((item.name, item.text) for item in summary(dossier))
        sheet.writerow([])
        sheet.writerow(HEADS)
        sheet.writerows([_inert(cell) for cell in row.cells] for row in rows(dossier))


def _inert(cell: str) -> str:
    """An author may be named so that a spreadsheet would take the name for a formula."""
    return "'" + cell if cell.startswith(_FORMULA) else cell
