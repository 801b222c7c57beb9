"""What is known of a street, folded from its records one by one; and the sum of a run."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from corolle_tools.identity import Identity

Record = dict[str, Any]

_KEPT_EVENTS = 50
_PUBLISHED = (
    "report",
    "service",
    "reading",
    "event",
    "sanitary",
    "ack",
)  # the types of what a unit says, once they come over MQTT
_LINES = ("mist", "purge")  # outputs beside the one that a unit is known by


@dataclass
class UnitState:
    """One unit as it is now: its output as the node decided it, the rest as the city last heard it."""

    name: str
    kind: str
    joined: bool = False
    value: int | None = None  # dim level in %, or 1 for an open valve
    reason: str = "not booted yet"
    lines: set[str] = field(default_factory=set)  # which of a canopy's other valves are open: "mist", "purge"
    report: Record = field(default_factory=dict)
    service: Record = field(default_factory=dict)
    radio: Record = field(default_factory=dict)  # how it was heard last, over whichever link
    heard_s: float | None = None

    @property
    def is_near(self) -> bool:
        """Whether it was the gateway's own Bluetooth that heard it last."""
        return is_ble(self.radio)


class Ledger:
    """Every unit as it is, the gateway's counts, the last events, and what was counted since the start."""

    def __init__(self, units: Iterable[Identity]):
        self.units = {unit.name: UnitState(unit.name, unit.kind) for unit in units}
        self.gateway: Record = {}
        self.alarms: Record = {}  # all that are open, as the gateway sums them up
        self.events: deque[Record] = deque(maxlen=_KEPT_EVENTS)
        self.now_s = 0.0
        self._before: Record = {}
        self._published: dict[bool, set[str]] = {False: set(), True: set()}  # what came over BLE apart
        self._commands: dict[str, str] = {}

    def take(self, record: Record) -> None:
        """Fold one record in."""
        self.now_s = max(self.now_s, unix_s(record.get("time")) or 0.0)
        kind = record["type"]
        if record.get("source") == "city" and kind in _PUBLISHED and "id" in record:
            self._published[is_ble(record.get("radio", {}))].add(f"{kind} {record['id']}")
        unit = self.units.get(record.get("unit", ""))
        if handler := getattr(self, f"_take_{kind}", None):
            handler(record, unit)

    @property
    def joined(self) -> int:
        """How many units are known to have a session: they joined, or were heard in one of an earlier run."""
        return sum(unit.joined for unit in self.units.values())

    @property
    def near(self) -> int:
        """How many units the gateway's Bluetooth was the last to hear."""
        return sum(unit.is_near for unit in self.units.values())

    def begin(self) -> None:
        """The run begins: what the gateway has counted until now was counted in earlier ones."""
        self._before = self.gateway

    def counted(self, kind: str) -> dict[str, int]:
        """What the gateway has counted since the run began: "counters" or, by cause, "rejected"."""
        before, now = (status.get(kind, {}) for status in (self._before, self.gateway))
        return {
            name: count - before.get(name, 0) for name, count in now.items() if count > before.get(name, 0)
        }

    def summary(self, world: Record, restarts: dict[str, int]) -> Record:
        """The last line of a run. `world`: the street's own counters."""
        ends = Counter(self._commands.values())
        counted = self.counted("counters")
        return {
            "type": "summary",
            "boards": world["boards"],
            "joined": self.joined,
            "uplinks": {
                "sent": world["uplinks_sent"],
                "received": counted.get("uplinks", 0) + counted.get("joins", 0),
                "published": len(self._published[False]),
            },
            "ble": {
                "near": self.near,
                "sessions": counted.get("ble_sessions", 0),
                "commands": counted.get("ble_commands", 0),
                "published": len(self._published[True]),
            },
            "lost": world["lost"],
            "commands": {
                "sent": len(self._commands),
                "acknowledged": ends["acknowledged"],
                "expired": ends["expired"],
            },
            "rejected": self.counted("rejected"),
            "restarts": restarts,
        }

    def _take_decision(self, record: Record, unit: UnitState | None) -> None:
        if not unit:
            return
        if (output := record.get("output")) in _LINES:
            (unit.lines.add if record.get("value") else unit.lines.discard)(output)
        else:
            unit.value, unit.reason = record.get("value"), str(record.get("reason", ""))
        self.events.append(record)

    def _take_event(self, record: Record, unit: UnitState | None) -> None:
        if unit and record.get("event") == "joined":
            unit.joined = True
        if record.get("source") != "city":  # the node said it first; the city's copy comes over the air
            self.events.append(record)

    def _take_console(self, record: Record, _unit: UnitState | None) -> None:
        self.events.append(record)  # a node that prints anything else prints a traceback

    def _take_report(self, record: Record, unit: UnitState | None) -> None:
        if unit:
            unit.report = record
            _hear(unit, record)

    def _take_service(self, record: Record, unit: UnitState | None) -> None:
        if unit:
            unit.service = record
            _hear(unit, record)

    def _take_reading(self, record: Record, unit: UnitState | None) -> None:
        if unit:
            _hear(unit, record)

    def _take_sanitary(self, record: Record, _unit: UnitState | None) -> None:
        self.events.append(record)

    def _take_command(self, record: Record, _unit: UnitState | None) -> None:
        self.events.append(record)

    def _take_ack(self, record: Record, _unit: UnitState | None) -> None:
        self._commands[str(record.get("id"))] = str(record.get("status"))
        self.events.append(record)

    def _take_alarm(self, record: Record, _unit: UnitState | None) -> None:
        self.events.append(record)

    def _take_alarms(self, record: Record, _unit: UnitState | None) -> None:
        self.alarms = record

    def _take_status(self, record: Record, _unit: UnitState | None) -> None:
        if record.get("state") == "online":
            self.gateway = record
        else:
            self.gateway = {**self.gateway, "state": record.get("state", "unknown")}


def is_ble(radio: Record) -> bool:
    """Whether Bluetooth brought what was heard so."""
    return radio.get("link") == "ble"


def _hear(unit: UnitState, record: Record) -> None:
    unit.heard_s, unit.radio = unix_s(record.get("time")), record.get("radio", {})
    unit.joined |= bool(unit.radio) and not unit.is_near  # over LoRaWAN only with a session


def unix_s(time: str | None) -> float | None:
    """Unix seconds of an ISO 8601 time; None for none, or for a node's clock that is not set yet."""
    return datetime.fromisoformat(time).timestamp() if time and time != "-" else None
