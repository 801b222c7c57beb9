"""Records as a street gives them, for the tests of whoever reads them."""

from random import Random

from corolle_hil.world.place import lay_out
from corolle_tools.street.ledger import Ledger, Record
from corolle_tools.street.plan import furnish
from corolle_tools.street.view import Facts

RADIO = {"rssi_dbm": -87, "snr_db": 7.5, "dr": 5, "freq_hz": 868_100_000, "gateway_count": 1}


def ledger(lamps: int, canopies: int) -> Ledger:
    """Of a street nothing of which has booted yet."""
    return Ledger(furnish(lay_out(lamps, canopies, 1, Random(1)), []))


def facts(boards: int, real_s: float = 0.0) -> Facts:
    """Of a street in which two frames have collided."""
    world = {"boards": boards, "joined": 0, "uplinks_sent": 44, "lost": {"collision": 2}}
    return Facts(60, "mqtt://127.0.0.1:1883", world, 0, real_s)


def decision(unit: str, output: str, value: int, reason: str) -> Record:
    """What a node says when its output or its reason changes."""
    time = "2026-07-14T20:00:00.000Z"
    return {
        "type": "decision",
        "time": time,
        "unit": unit,
        "output": output,
        "value": value,
        "reason": reason,
    }


def lamp_report(unit: str, number: int = 1, faults: tuple[str, ...] = ()) -> Record:
    """What the city hears of a lamp."""
    return {
        "type": "report",
        "source": "city",
        "id": f"{unit}-{number}",
        "time": "2026-07-14T20:01:00.000Z",
        "unit": unit,
        "kind": "lamp",
        "power_w": 4.1,
        "passages": 12,
        "temperature_c": 31.5,
        "faults": list(faults),
        "radio": RADIO,
    }


def sanitary(unit: str, number: int, operation: str, value: int = 0, author: str = "") -> Record:
    """What the city hears of a canopy's sanitary log."""
    return {
        "type": "sanitary",
        "source": "city",
        "id": f"{unit}-1-{number}",
        "time": "2026-07-14T20:02:00.000Z",
        "unit": unit,
        "number": number,
        "operation": operation,
        "value": value,
        "author": author,
    }


def service(unit: str, sanitary_state: str) -> Record:
    """What the city hears of a canopy's mist and power now and then."""
    time = "2026-07-14T20:02:00.000Z"
    known = {"type": "service", "source": "city", "id": f"{unit}-s", "time": time, "unit": unit}
    return {**known, "sanitary_state": sanitary_state, "mist_litres_total": 12.0}


def status(uplinks: int, rejected: dict[str, int], state: str = "online") -> Record:
    """What the gateway says of itself."""
    counters = {"uplinks": uplinks, "joins": 2, "published": uplinks}
    return {"type": "status", "source": "city", "state": state, "counters": counters, "rejected": rejected}


def alarm(change: str, author: str = "") -> Record:
    """A step in an alarm's life."""
    known = {"author": author, "time": "2026-07-14T20:03:00.000Z", "note": ""} if author else None
    told = {"unit": "lamp-01", "number": 3, "code": "lampFailure", "acknowledged": known}
    return {"type": "alarm", "source": "city", "change": change, "time": "2026-07-14T20:03:00.000Z", **told}


def alarms(urgent: int, others: int) -> Record:
    """All alarms that are open, as the gateway sums them up."""
    severities = {"urgent": urgent, "round": others, "info": 0}
    return {"type": "alarms", "source": "city", "open": urgent + others, "by_severity": severities}


def ack(command: str, state: str) -> Record:
    """A step in a command's life."""
    return {"type": "ack", "source": "city", "unit": "lamp-01", "id": command, "status": state, "reason": ""}
