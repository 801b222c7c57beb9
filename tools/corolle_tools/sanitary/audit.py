"""A log held against its chain: what follows what, what does not, what is missing, what is told twice."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from corolle.wire.sanitary_record import first_link
from corolle_gateway.model import SanitaryEntry
from corolle_gateway.sanitary_chain import follows


@dataclass(frozen=True)
class Line:
    """A record and how it stands in its log."""

    entry: SanitaryEntry
    at_s: float  # unix; of a record without a time, that of the one before it
    missing: tuple[int, int] | None = None  # the first and last number that are not there before it
    is_broken: bool = False  # it does not follow the one before it, which is there
    others: tuple[SanitaryEntry, ...] = ()  # that came with the same number and tell something else

    @property
    def is_faulty(self) -> bool:
        """Whether the chain is interrupted just before this record."""
        return self.is_broken or self.missing is not None


def audit(log: Iterable[SanitaryEntry], contradictions: Iterable[SanitaryEntry]) -> list[Line]:
    """The records of one controller's log in the order of their numbers, each checked against the last.

    `contradictions`: what came and claims a number of another record, of this controller or of others.
    """
    others: dict[tuple[str, int], tuple[SanitaryEntry, ...]] = {}
    for entry in contradictions:
        others[_key(entry)] = (*others.get(_key(entry), ()), entry)
    lines: list[Line] = []
    for entry in log:
        before = lines[-1] if lines else None
        lines.append(replace(_checked(entry, before), others=others.get(_key(entry), ())))
    return lines


def _key(entry: SanitaryEntry) -> tuple[str, int]:
    return entry.dev_eui, entry.record.number


def _checked(entry: SanitaryEntry, before: Line | None) -> Line:
    record = entry.record
    at_s = record.time_s or (before.at_s if before else entry.received_s)
    number = before.entry.record.number if before else 0
    if record.number != number + 1:
        return Line(entry, at_s, missing=(number + 1, record.number - 1))
    previous = before.entry.record.chain if before else first_link(entry.dev_eui)
    return Line(entry, at_s, is_broken=not follows(record, previous))
