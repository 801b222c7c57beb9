"""The sum of a period: purges, litres, alarms, results, locks in force, and whether the chain holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from corolle_tools.sanitary import french
from corolle_tools.sanitary.audit import Line
from corolle_tools.sanitary.dossier import Dossier

# What forbids misting, and what ends it (arrete of 7 August 2017; the duties of the firmware's control).
_LOCKS = {
    "ban": "ban lifted",
    "lab stop": "lab lifted",
    "drained": "cleaned",
    "disinfection due": "cleaned",
    "supply refused": "disinfection due",
    "log broken": "log accepted",
}


@dataclass(frozen=True)
class Item:
    """A line of the summary; `is_alarm`: to be seen at once."""

    name: str
    text: str
    is_alarm: bool = False


def summary(dossier: Dossier) -> list[Item]:
    """The items in the order they are printed in."""
    purges, mistings = _of(dossier.lines, "purged"), _of(dossier.lines, "misting ended")
    purged_dl, misted_dl = _sum(purges), _sum(mistings)
    warm = _of(dossier.lines, "water warm")
    return [
        Item("Opérations", str(len(dossier.lines))),
        Item("Purges", f"{len(purges)} ({french.litres(purged_dl)})"),
        Item("Brumisations", f"{len(mistings)} ({french.litres(misted_dl)})"),
        Item("Eau comptée", french.litres(purged_dl + misted_dl)),
        Item("Alarmes d'eau trop chaude", str(len(warm)), bool(warm)),
        Item("Résultats d'analyse", _results(dossier.lines)),
        *_locks(dossier),
        *_chain(dossier),
        *_contradictions(dossier),
    ]


def fault(line: Line) -> str:
    """An interruption of the chain in words."""
    number = line.entry.record.number
    if line.missing:
        first, last = line.missing
        which = (
            f"les enregistrements n° {first} à {last} manquent"
            if first < last
            else (f"l'enregistrement n° {first} manque")
        )
        return f"CHAÎNE INTERROMPUE : {which} avant le n° {number}."
    before = f"le n° {number - 1}" if number > 1 else "le début du journal de ce contrôleur"
    return (
        f"CHAÎNE ROMPUE : l'enregistrement n° {number} ne suit pas {before} : "
        "l'un ou l'autre a été modifié, remplacé ou ajouté."
    )


def contradiction(line: Line) -> str:
    """Several records of one number in words."""
    times = [
        f"le {french.day_of(other.received_s)} à {french.hour_of(other.received_s)}" for other in line.others
    ]
    number, versions = line.entry.record.number, len(times) + 1
    return (
        f"CONTRADICTION : le contrôleur a transmis le n° {number} en {versions} versions différentes ; "
        f"l'autre version a été reçue {' et '.join(times)}."
    )


def _of(lines: Iterable[Line], word: str) -> list[Line]:
    return [line for line in lines if french.word(line.entry.record) == word]


def _sum(lines: Iterable[Line]) -> int:
    return sum(line.entry.record.value for line in lines)


def _results(lines: Iterable[Line]) -> str:
    found = [
        f"{' '.join(french.value(line.entry.record))} le {french.day_of(line.at_s)}"
        for line in _of(lines, "lab result")
    ]
    return " ; ".join(found) or "aucun"


def _locks(dossier: Dossier) -> list[Item]:
    """What forbids misting at the end of the period, by all that was recorded until then."""
    held: dict[str, Line] = {}
    for line in dossier.until:
        word = french.word(line.entry.record)
        held = {lock: since for lock, since in held.items() if _LOCKS[lock] != word}
        if word in _LOCKS:
            held.setdefault(word, line)
    name = f"Verrous en vigueur au {french.day(dossier.last)}"
    return [Item(name, _lock(line), True) for line in held.values()] or [Item(name, "aucun")]


def _lock(line: Line) -> str:
    record = line.entry.record
    author = f" par {record.author}" if record.author else ""
    return f"{french.operation(record)}, depuis le {french.day_of(line.at_s)}{author}"


def _chain(dossier: Dossier) -> list[Item]:
    name = "Chaîne des enregistrements"
    if not dossier.faults:
        return [Item(name, "vérifiée, sans rupture" if dossier.until else "aucun enregistrement")]
    places = len(dossier.faults)
    item = Item(name, f"ROMPUE en {places} endroit{'s' if places > 1 else ''}", True)
    return [
        item,
        *(Item("Hors période ou hors unité", fault(line), True) for line in dossier.faults_elsewhere),
    ]


def _contradictions(dossier: Dossier) -> list[Item]:
    numbers = len(dossier.contradicted)
    if not numbers:
        return [Item("Contradictions", "aucune")]
    text = f"{numbers} numéro{'s' if numbers > 1 else ''} en plusieurs versions"
    elsewhere = dossier.contradicted_elsewhere
    return [
        Item("Contradictions", text, True),
        *(Item("Hors période ou hors unité", contradiction(line), True) for line in elsewhere),
    ]
