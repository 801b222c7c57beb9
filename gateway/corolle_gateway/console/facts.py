"""What reports and events say, for people: outputs, ways, decisions in a row."""

from collections.abc import Iterable

from corolle.wire import words
from corolle.wire.schema import CANOPY_REPORT, CANOPY_SERVICE, LAMP_REPORT, LAMP_SERVICE
from msgspec import Struct

from corolle_gateway.console.language import Language
from corolle_gateway.console.outside import Body
from corolle_gateway.model import unix_s

_MESSAGES = (LAMP_REPORT, CANOPY_REPORT, LAMP_SERVICE, CANOPY_SERVICE)
_KNOWN = {field.name: field for message in _MESSAGES for field in message.fields}
_ABOUT = ("seq", "reason", "faults", "level_pct", "valve_open")  # told in words of their own


class Decision(Struct, frozen=True):
    """What a unit did, why, and when it was first told."""

    output: int | bool  # a lamp's level in percent; whether a canopy's valve is open
    reason: str
    since_s: float


def output(language: Language, value: int | bool) -> str:
    """A lamp's level, or how a valve is."""
    if isinstance(value, bool):
        return language.text("open" if value else "shut")
    return f"{value}\u00a0%"


def output_of(report: Body) -> int | bool:
    """What a unit does, by its report."""
    return bool(report["valve_open"]) if "valve_open" in report else int(report["level_pct"])


def way(language: Language, radio: Body) -> str:
    """How a report was heard."""
    if radio.get("link") == "ble":
        return language.text("heard_ble", rssi_dbm=round(radio["rssi_dbm"]))
    heard = {"rssi_dbm": round(radio["rssi_dbm"]), "snr_db": language.figure(radio["snr_db"])}
    return language.text("heard_lora", **heard, dr=radio["dr"])


def short_way(radio: Body) -> str:
    """The same in a column of a table."""
    return ("BLE" if radio.get("link") == "ble" else "LoRa") + f" {radio['rssi_dbm']:.0f} dBm"


def readings(language: Language, report: Body) -> list[str]:
    """The figures of a report, a line each."""
    found = [(name, value) for name, value in report.items() if name in _KNOWN and name not in _ABOUT]
    return [
        f"  {name:<20} {language.figure(value):>9}  {_KNOWN[name].unit}".rstrip()
        for name, value in found
        if value is not None
    ]


def decisions(bodies: Iterable[Body]) -> list[Decision]:
    """What a unit did, newest first, from its reports and events, newest first; what lasted is one."""
    found: list[Decision] = []
    for body in bodies:
        decision = _decision(body)
        if decision is None:
            continue
        if found and (found[-1].output, found[-1].reason) == (decision.output, decision.reason):
            found.pop()
        found.append(decision)
    return found


def _decision(body: Body) -> Decision | None:
    time_s = unix_s(body["time"])
    if "event" not in body:
        return Decision(output_of(body), body["reason"], time_s)
    if body["event"] in ("valve opened", "valve closed", "guard tripped"):
        return Decision(body["event"] == "valve opened", body.get("detail", "unknown"), time_s)
    return None


def event(language: Language, body: Body) -> str:
    """What an event tells, in a line."""
    detail = body.get("detail", "")
    if body["event"] in ("fault raised", "fault cleared"):
        return language.said(language.event(body["event"]), detail)
    if detail in words.words(words.REASONS):
        return language.said(language.event(body["event"]), language.reason(detail))
    return f"{language.event(body['event'])} ({detail or body['value']})"
