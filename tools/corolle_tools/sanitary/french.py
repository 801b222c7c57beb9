"""The words of the document, which is French: what was done, how much, when."""

from datetime import date

from corolle.wire.sanitary_record import SANITARY, Record
from corolle.wire.words import word_of
from corolle_hil.world.local_time import local

_IDLE = "j sans usage"
_TOP = 65535  # this or more: a record's value has 16 bits

# Word of SANITARY: the operation, and how its value reads.
_OPERATIONS = {
    "log begun": ("Ouverture du journal", ""),
    "purged": ("Purge effectuée", "dL"),
    "purge put off": ("Purge différée, public présent", "min"),
    "misting begun": ("Début de brumisation", ""),
    "misting ended": ("Fin de brumisation", "dL"),
    "drained": ("Vidange du circuit", _IDLE),
    "disinfection due": ("Désinfection à faire", _IDLE),
    "cleaned": ("Nettoyage et désinfection", ""),
    "water warm": ("Alarme : eau trop chaude", "°C/10"),
    "water cool": ("Fin d'alarme : eau refroidie", "°C/10"),
    "sampled": ("Prélèvement pour analyse", ""),
    "sampling due": ("Prélèvement à faire", ""),
    "lab result": ("Résultat : L. pneumophila", "UFC/L"),
    "lab stop": ("Arrêt : L. pneumophila", "UFC/L"),
    "lab lifted": ("Levée de l'arrêt", "UFC/L"),
    "ban": ("Interdiction préfectorale", ""),
    "ban lifted": ("Levée de l'interdiction", ""),
    "supply refused": ("Alimentation interdite refusée", ""),
    "log broken": ("Alarme : journal rompu", "n°"),
    "log accepted": ("Journal rompu : reprise", ""),
    "drain due": ("Vidange à faire", _IDLE),
}


def word(record: Record) -> str:
    """The word of SANITARY for what a record tells."""
    return word_of(SANITARY, record.code)


def operation(record: Record) -> str:
    """What was done or found."""
    known = _OPERATIONS.get(word(record))
    return known[0] if known else f"Opération de code {record.code}"


def value(record: Record) -> tuple[str, str]:
    """A record's figure and its unit; empty where it has none."""
    if word(record) not in _OPERATIONS:
        return str(record.value), ""
    measure = _OPERATIONS[word(record)][1]
    if not measure or (measure == _IDLE and not record.value):  # a line that was never used
        return "", ""
    if measure == "dL":
        return tenths(record.value), "L"
    if measure == "°C/10":
        return tenths(record.value), "°C"
    if measure == "UFC/L" and record.value >= _TOP:
        return str(record.value), "UFC/L ou plus"
    return str(record.value), measure


def tenths(count: int) -> str:
    """A number of tenths with a decimal comma."""
    return f"{count / 10:.1f}".replace(".", ",")


def litres(decilitres: int) -> str:
    """A volume."""
    return f"{tenths(decilitres)} L"


def day(moment: date) -> str:
    """A date as it is written in France."""
    return f"{moment:%d/%m/%Y}"


def day_of(unix_s: float) -> str:
    """The local date of a moment."""
    return day(local(unix_s).date())


def hour_of(unix_s: float) -> str:
    """The local time of a moment. In the hour that comes twice, the offset tells which."""
    return f"{local(unix_s):%H:%M:%S}"
