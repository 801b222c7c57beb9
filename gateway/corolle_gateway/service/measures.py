"""What is measured of a running gateway: each measure's name, meaning and present values."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from corolle_gateway.alarm.kinds import SEVERITIES
from corolle_gateway.model import Unit
from corolle_gateway.service.inside import Inside

_MB = 1_000_000


class Measure(Struct, frozen=True):
    """One measure. Its values by those of its labels, in their order."""

    name: str
    kind: Literal["counter", "gauge"]
    meaning: str
    labels: tuple[str, ...]
    values: dict[tuple[str, ...], float]


def measures(inside: Inside) -> list[Measure]:
    """All of them now."""
    return [*_counted(inside), *_street(inside), *_store(inside), *_self(inside)]


def _counted(inside: Inside) -> Iterable[Measure]:
    done = _labelled(inside.counts.done)
    yield Measure("corolle_done", "counter", "What was done, by name, since installation", ("name",), done)
    causes = _labelled(inside.counts.rejected)
    yield Measure(
        "corolle_rejected", "counter", "What was refused, by cause, since installation", ("cause",), causes
    )


def _street(inside: Inside) -> Iterable[Measure]:
    yield Measure(
        "corolle_units", "gauge", "Units in the registry", ("kind",), _kinds(inside.units().values())
    )
    silent = dict.fromkeys(_kinds(inside.units().values()), 0.0) | _kinds(inside.silent())
    meaning = "Units silent for longer than they may be, or ever"
    yield Measure("corolle_units_silent", "gauge", meaning, ("kind",), silent)
    latest = inside.latest().values()
    faults = Counter(str(fault) for report in latest for fault in report.get("faults") or ())
    yield Measure(
        "corolle_units_faulty", "gauge", "Units whose last report has a fault", ("fault",), _labelled(faults)
    )
    graves = Counter(alarm.kind.severity for alarm in inside.alarms())
    open_alarms = _labelled(dict.fromkeys(SEVERITIES, 0) | graves)
    meaning = "Alarms that are not over, the gateway's own too"
    yield Measure("corolle_alarms_open", "gauge", meaning, ("severity",), open_alarms)
    power_w = sum(report.get("power_w") or 0.0 for report in latest)
    yield _alone("corolle_lamp_power_watts", "Power of all lamps, by their last reports", power_w)
    lit = sum(1 for report in latest if report.get("level_pct"))
    yield _alone("corolle_lamps_lit", "Lamps whose last report has a level above 0", lit)


def _store(inside: Inside) -> Iterable[Measure]:
    room = inside.room()
    if room is None:
        return
    yield _alone("corolle_store_used_bytes", "What the database takes", room.used_mb * _MB)
    yield _alone("corolle_store_limit_bytes", "What it may take", room.max_mb * _MB)
    yield _alone("corolle_store_unsent_messages", "Messages the broker has not acknowledged", room.unsent)
    if room.per_hour is not None:
        yield _alone("corolle_store_messages_per_hour", "Messages stored, at the present rate", room.per_hour)
    if room.hours_left is not None:
        meaning = "How long an outage may last before a report is given up"
        yield _alone("corolle_store_hours_left", meaning, room.hours_left)


def _self(inside: Inside) -> Iterable[Measure]:
    told = {(inside.site, inside.name): 1.0}
    yield Measure("corolle_gateway", "gauge", "Always 1: which gateway this is", ("site", "gateway"), told)
    yield _alone("corolle_broker_connected", "Whether there is a connection", float(inside.broker_up()))
    ends = {(str(path),): end.timestamp() for path, end in inside.certificates().items()}
    meaning = "Until when the certificates of a file are good, in unix seconds"
    yield Measure("corolle_certificate_end_timestamp_seconds", "gauge", meaning, ("file",), ends)
    if inside.log_file:
        is_written = float(inside.log_file.failure is None)
        yield _alone("corolle_log_file_written", "Whether the disk takes the log's lines", is_written)


def _alone(name: str, meaning: str, value: float) -> Measure:
    return Measure(name, "gauge", meaning, (), {(): float(value)})


def _labelled(values: dict[str, int]) -> dict[tuple[str, ...], float]:
    return {(name,): float(value) for name, value in values.items()}


def _kinds(units: Iterable[Unit]) -> dict[tuple[str, ...], float]:
    return _labelled(Counter(unit.kind for unit in units))
