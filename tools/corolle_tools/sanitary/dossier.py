"""What a "fichier sanitaire" of a period is made of, before it is laid out."""

from dataclasses import dataclass
from datetime import date

from corolle_gateway.model import SanitaryEntry, Unit
from corolle_hil.world.local_time import local

from corolle_tools.sanitary.audit import Line, audit


@dataclass(frozen=True)
class Dossier:
    """One unit's operations from `first` to `last`, both included, by the local calendar."""

    unit: Unit
    first: date
    last: date
    lines: list[Line]  # the unit's own, of the period
    until: list[Line]  # the unit's own, from the first one kept to the end of the period
    faults: list[Line]  # where the chain is interrupted, wherever in the log that is

    @classmethod
    def make(cls, unit: Unit, logs: list[list[SanitaryEntry]], first: date, last: date) -> "Dossier":
        """The chain is checked over the whole of each log, whatever the period."""
        audited = [line for log in logs for line in audit(log)]
        own = [line for line in audited if line.entry.unit == unit.name]
        until = [line for line in own if local(line.at_s).date() <= last]
        lines = [line for line in until if local(line.at_s).date() >= first]
        return cls(unit, first, last, lines, until, [line for line in audited if line.is_faulty])

    @property
    def faults_elsewhere(self) -> list[Line]:
        """Interruptions of the chain that stand at no line of the period."""
        return [line for line in self.faults if line not in self.lines]
