"""Units as Smart Data Models entities (key-values): Streetlight 0.2.1, GreenspaceRecord 0.0.3.

https://smart-data-models.github.io, CC BY 4.0. `reason`, `faults` and `valveOpen` are ours and stand beside
the models' own properties; faults have the names of OMA LwM2M object 3416 where it has one.
"""

from typing import Any

from corolle_gateway.model import Unit

_CONTEXT = "https://raw.githubusercontent.com/smart-data-models/{}/master/context.jsonld"
# Properties that no model has; the JSON-LD context leaves them out.
OURS = ("reason", "faults", "valveOpen")
_LOW_LEVEL_PCT = 20
_PROBES = ("soil1_vwc_pct", "soil2_vwc_pct", "soil3_vwc_pct")

# Which of the model's four states a fault means; what is not listed leaves the light as it should be.
_STATUS = {
    "lampFailure": "defectiveLamp",
    "dimmingFailure": "defectiveLamp",
    "cyclingFailure": "defectiveLamp",
    "lampPowerTooHigh": "defectiveLamp",
    "lampPowerTooLow": "defectiveLamp",
    "lampUnexpectedOn": "defectiveLamp",
    "thermalShutdown": "brokenLantern",
    "supplyLoss": "columnIssue",
    "tilt": "columnIssue",
    "doorOpen": "columnIssue",
}


def entity(unit: Unit, report: dict[str, Any] | None) -> dict[str, Any]:
    """The entity of a unit, from its last report.

    None: it has not sent one yet. Then a Streetlight lacks the status that its model requires: any would be
    made up, and where it stands is worth knowing all the same.
    """
    return _streetlight(unit, report) if unit.kind == "lamp" else _greenspace_record(unit, report)


def _streetlight(unit: Unit, report: dict[str, Any] | None) -> dict[str, Any]:
    body = _head("Streetlight", "dataModel.Streetlighting", unit) | {"controllingMethod": "individual"}
    if report is None:
        return body
    level_pct = report["level_pct"]
    body |= {
        "status": next((_STATUS[fault] for fault in report["faults"] if fault in _STATUS), "ok"),
        "powerState": _power_state(level_pct, report["reason"]),
        "illuminanceLevel": level_pct / 100,
        "lifetimeMotionDetected": report["passages"],
        "observationDateTime": report["time"],
        "reason": report["reason"],
        "faults": report["faults"],
    }
    if report["power_w"] is not None:
        body["powerConsumption"] = report["power_w"]
    return body


def _power_state(level_pct: int, reason: str) -> str:
    if reason == "boot":
        return "bootingUp"
    if level_pct == 0:
        return "off"
    return "low" if level_pct <= _LOW_LEVEL_PCT else "on"


def _greenspace_record(unit: Unit, report: dict[str, Any] | None) -> dict[str, Any]:
    body = _head("GreenspaceRecord", "dataModel.ParksAndGardens", unit)
    if report is None:
        return body
    body |= {
        "dateObserved": report["time"],
        "valveOpen": report["valve_open"],
        "reason": report["reason"],
        "faults": report["faults"],
    }
    measured = [report[probe] for probe in _PROBES if report[probe] is not None]
    if measured:  # a fraction, not per cent
        body["soilMoistureVwc"] = round(sum(measured) / len(measured) / 100, 4)
    return body


def _head(kind: str, model: str, unit: Unit) -> dict[str, Any]:
    return {
        "id": f"urn:ngsi-ld:{kind}:{unit.site}:{unit.name}",
        "type": kind,
        "@context": [_CONTEXT.format(model)],
        "name": unit.name,
        "location": {"type": "Point", "coordinates": [unit.lon_deg, unit.lat_deg]},
    }
