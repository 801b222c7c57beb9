"""What a unit's messages say of alarms: faults that are there or are not, and what has happened."""

from collections.abc import Callable
from functools import cache
from typing import Any

from corolle.wire import words
from corolle.wire.fields import Message
from corolle.wire.schema import CANOPY_REPORT, LAMP_REPORT

from corolle_gateway.hub.alarming.life import Sign

Body = dict[str, Any]

_TABLES = {"lamp": (LAMP_REPORT, words.LAMP_FAULTS), "canopy": (CANOPY_REPORT, words.CANOPY_FAULTS)}
_BAD_BOOTS = ("watchdog", "brown-out")

# The figures of a report that tell most of a fault.
_FIGURES = {
    "lampFailure": ("level_pct", "power_w"),
    "dimmingFailure": ("level_pct", "power_w"),
    "lampUnexpectedOn": ("level_pct", "power_w"),
    "cyclingFailure": ("level_pct", "power_w"),
    "lampPowerTooHigh": ("level_pct", "power_w"),
    "lampPowerTooLow": ("level_pct", "power_w"),
    "thermalDerating": ("temperature_c",),
    "soil1Fault": ("soil1_vwc_pct",),
    "soil2Fault": ("soil2_vwc_pct",),
    "soil3Fault": ("soil3_vwc_pct",),
    "probesDisagree": ("soil1_vwc_pct", "soil2_vwc_pct", "soil3_vwc_pct"),
    "noFlow": ("litres_today",),
    "unexplainedFlow": ("litres_today",),
    "guardTripped": ("litres_today",),
    "batteryLow": ("battery_v",),
    "tankEmpty": ("tank_pct",),
}


def of(kind: str, message: str, body: Body) -> list[Sign]:
    """What a unit of that kind says by a message as it is published (`message`: report, service, event)."""
    if message == "report":
        return [_of_fault(code, body) for code in reported(kind)]
    if message == "event":
        reader = _EVENTS.get(body["event"])
        return reader(kind, body) if reader else []
    return _of_service(body) if message == "service" else []


@cache
def reported(kind: str) -> tuple[str, ...]:
    """The faults that each report says are there or not; of the others events alone tell."""
    message, table = _TABLES[kind]
    return tuple(words.words(table)[: _width(message)])


@cache
def _told_by_events(kind: str) -> tuple[str, ...]:
    message, table = _TABLES[kind]
    return tuple(words.words(table)[_width(message) :])


def _width(message: Message) -> int:
    return next(field.bits for field in message.fields if field.name == "faults")


def _of_fault(code: str, body: Body) -> Sign:
    if code not in body["faults"]:
        return Sign(code, False)
    return Sign(code, True, {name: body[name] for name in _FIGURES.get(code, ())})


def _of_service(body: Body) -> list[Sign]:
    """An event that was lost is made up for: of these states alone is it plain whether the line is locked."""
    state = body.get("sanitary_state")
    if state == "locked":
        return [Sign("mistLocked", True, {"sanitary_state": state})]
    return [Sign("mistLocked", False)] if state in ("ready", "misting") else []


def _boot(kind: str, body: Body) -> list[Sign]:
    """What events alone tell of is told anew after a boot, where it is still there."""
    gone = [Sign(code, False) for code in ("safeMode", *_told_by_events(kind))]
    if body.get("detail") in _BAD_BOOTS:
        return [*gone, Sign("badRestart", True, {"cause": body["detail"]})]
    return gone


def _fault(kind: str, body: Body) -> list[Sign]:
    code = body.get("detail")
    return [Sign(code, body["event"] == "fault raised")] if code else []


def _guard(kind: str, body: Body) -> list[Sign]:
    return [Sign("guardTripped", True, {"reason": body.get("detail")})]


def _happened(code: str, figure: str) -> Callable[[str, Body], list[Sign]]:
    return lambda kind, body: [Sign(code, True, {figure: body["value"]})]


# By the word of the event. Those that are not here are nothing to be alarmed by.
_EVENTS: dict[str, Callable[[str, Body], list[Sign]]] = {
    "boot": _boot,
    "fault raised": _fault,
    "fault cleared": _fault,
    "guard tripped": _guard,
    "safe mode": _happened("safeMode", "failed_boots"),
    "impact": _happened("impact", "impacts_since_boot"),
    "settings reset": _happened("settingsReset", "file"),
    "store restored": _happened("storeRestored", "files"),
}
