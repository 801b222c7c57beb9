"""What is published of alarms: each step in the life of one, and all that are open."""

from typing import Any

from msgspec import json

from corolle_gateway.alarm.alarm import Alarm
from corolle_gateway.alarm.kinds import SEVERITIES
from corolle_gateway.model import iso_utc

_MOST = 100  # in the summary: a street that has gone silent must not become a message of megabytes


def change(alarm: Alarm, unit_kind: str, change: str, now_s: float) -> bytes:
    """A step in its life, with an id of its own."""
    head = {
        "id": f"{alarm.unit}-alarm-{alarm.number}-{alarm.changes}",
        "unit": alarm.unit,
        "kind": unit_kind,
        "time": iso_utc(now_s),
        "change": change,
    }
    return json.encode(
        head | _standing(alarm, now_s) | {"bring": alarm.kind.bring, "look": alarm.kind.english}
    )


def summary(open_alarms: list[Alarm], now_s: float) -> bytes:
    """All that are open, by how grave they are; of very many the gravest."""
    count = {
        severity: sum(alarm.kind.severity == severity for alarm in open_alarms) for severity in SEVERITIES
    }
    shown = [{"unit": alarm.unit} | _standing(alarm, now_s) for alarm in open_alarms[:_MOST]]
    return json.encode(
        {
            "time": iso_utc(now_s),
            "open": len(open_alarms),
            "unacknowledged": sum(alarm.acknowledged_s is None for alarm in open_alarms),
            "by_severity": count,
            "alarms": shown,
            "left_out": len(open_alarms) - len(shown),
        }
    )


def _standing(alarm: Alarm, now_s: float) -> dict[str, Any]:
    return {
        "number": alarm.number,
        "code": alarm.code,
        "severity": alarm.kind.severity,
        "raised": iso_utc(alarm.raised_s),
        "first": alarm.first,
        "count": alarm.count,
        "last": iso_utc(alarm.last_s),
        "acknowledged": _acknowledged(alarm),
        "cleared": None if alarm.cleared_s is None else iso_utc(alarm.cleared_s),
        "lasted_s": round(alarm.lasted_s(now_s)),
    }


def _acknowledged(alarm: Alarm) -> dict[str, str] | None:
    if alarm.acknowledged_s is None:
        return None
    return {"author": alarm.author, "time": iso_utc(alarm.acknowledged_s), "note": alarm.note}
