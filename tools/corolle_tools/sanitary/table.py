"""The table of operations, row by row: the same on paper and in a spreadsheet."""

from collections.abc import Iterator
from dataclasses import dataclass

from corolle.wire.sanitary_record import Record

from corolle_tools.sanitary import french
from corolle_tools.sanitary.audit import Line
from corolle_tools.sanitary.dossier import Dossier
from corolle_tools.sanitary.summary import contradiction, fault

HEADS = ("N°", "Date", "Heure", "Opération", "Valeur", "Unité", "Auteur", "Maillon", "Contrôle")
TITLE = "Fichier sanitaire"
RULES = (
    "Système collectif de brumisation d'eau : décret n° 2017-657 et arrêté du 7 août 2017. "
    "Chaque maillon est calculé sur l'enregistrement et sur le maillon précédent : "
    "un enregistrement modifié, retiré ou ajouté rompt la chaîne."
)
_EMPTY = "Aucune opération enregistrée sur cette période."


@dataclass(frozen=True)
class Row:
    """A record's cells, one for each of HEADS; or a notice, which has one cell for all."""

    cells: tuple[str, ...]
    is_alarm: bool = False

    @property
    def is_notice(self) -> bool:
        """Whether its one cell spans the table."""
        return len(self.cells) == 1


def opening(dossier: Dossier) -> list[tuple[str, str]]:
    """Whose file it is, and of when: names and texts."""
    return [
        ("Unité", dossier.unit.name),
        ("Site", dossier.unit.site),
        ("Période", f"du {french.day(dossier.first)} au {french.day(dossier.last)} (heure de Paris)"),
    ]


def rows(dossier: Dossier) -> Iterator[Row]:
    """Each operation of the period, and at its place a notice of what is wrong: before it where the chain is
    interrupted, behind it with the other versions where there are such."""
    if not dossier.lines:
        yield Row((_EMPTY,))
    controller = ""
    for line in dossier.lines:
        if line.entry.dev_eui != controller:
            controller = line.entry.dev_eui
            yield Row((f"Journal du contrôleur {controller.upper()}",))
        if line.is_faulty:
            yield Row((fault(line),), is_alarm=True)
        yield Row((*_cells(line.entry.record), _verdict(line)), line.is_faulty or bool(line.others))
        if line.others:
            yield Row((contradiction(line),), is_alarm=True)
        for other in line.others:
            yield Row((*_cells(other.record), "AUTRE VERSION"), is_alarm=True)


def _cells(record: Record) -> tuple[str, ...]:
    known = record.time_s > 0
    return (
        str(record.number),
        french.day_of(record.time_s) if known else "inconnue",
        french.hour_of(record.time_s) if known else "inconnue",
        french.operation(record),
        *french.value(record),
        record.author or "automate",
        record.chain.hex(),
    )


def _verdict(line: Line) -> str:
    if line.missing:
        return "non vérifiable"
    if line.is_broken:
        return "ROMPU"
    return "CONTREDIT" if line.others else "vérifié"
