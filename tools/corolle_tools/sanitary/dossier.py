"""What a "fichier sanitaire" of a period is made of, before it is laid out."""

from dataclasses import dataclass
from datetime import date

from corolle_gateway.model import Unit
from corolle_hil.world.local_time import local

from corolle_tools.sanitary.audit import Line, audit
from corolle_tools.sanitary.reading import Found


@dataclass(frozen=True)
class Dossier:
    """One unit's operations from `first` to `last`, both included, by the local calendar."""

    unit: Unit
    first: date
    last: date
    lines: list[Line]  # the unit's own, of the period
    until: list[Line]  # the unit's own, from the first one kept to the end of the period
    faults: list[Line]  # where the chain is interrupted, wherever in the log that is
    contradicted: list[Line]  # where there are several records of one number, wherever that is

    @classmethod
    def make(cls, unit: Unit, found: Found, first: date, last: date) -> "Dossier":
        """The chain is checked over the whole of each log, whatever the period."""
        audited = [line for log in found.logs for line in audit(log, found.contradictions)]
        own = [line for line in audited if line.entry.unit == unit.name]
        until = [line for line in own if local(line.at_s).date() <= last]
        lines = [line for line in until if local(line.at_s).date() >= first]
        faults = [line for line in audited if line.is_faulty]
        return cls(unit, first, last, lines, until, faults, [line for line in audited if line.others])

    @property
    def faults_elsewhere(self) -> list[Line]:
        """Interruptions of the chain that stand at no line of the period."""
        return [line for line in self.faults if line not in self.lines]

    @property
    def contradicted_elsewhere(self) -> list[Line]:
        """Contradictions that stand at no line of the period."""
        return [line for line in self.contradicted if line not in self.lines]
