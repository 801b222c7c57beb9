"""Events of a ChirpStack's that are damaged, or tell something odd."""

import base64
import json
import random
from typing import Any

from corolle_tools.bench.damage import mutated
from corolle_tools.bench.lamps import Lamp

APPLICATION = "17c82e96-be03-4f38-aef3-f83d48582d97"
SECTION = f'[chirpstack]\nurl = "mqtt://127.0.0.1:BROKER"\napplications = ["{APPLICATION}"]\n'
_KINDS = ("up", "up", "up", "join", "txack", "log", "ack", "status", "location", "nonsense")
_LONGEST_PAYLOAD = 40
_ODD: list[Any] = [
    None,
    -1,
    1 << 70,
    1.5,
    "",
    "x" * 300,
    [],
    {},
    [[]],
    True,
    "é",
    "\0",
    "2026-13-45T99:99:99Z",
]
_INSIDE = ("deviceInfo", "rxInfo", "txInfo", "context")


def good_up(lamp: Lamp, port: int, payload: bytes, f_cnt: int) -> tuple[str, bytes]:
    """Topic and body of an uplink as ChirpStack tells it."""
    event = _event(lamp) | {
        "devAddr": f"{lamp.number:08x}",
        "dr": 5,
        "fCnt": f_cnt,
        "fPort": port,
        "data": base64.b64encode(payload).decode(),
        "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -36, "snr": 10.5}],
        "txInfo": {"frequency": 867_100_000},
    }
    return topic(lamp, "up"), json.dumps(event).encode()


def bad_event(random_: random.Random, lamps: list[Lamp], number: int) -> tuple[str, bytes]:
    """Wrong in its text, in one of its fields, in its topic, or in what the unit is said to have sent."""
    lamp, kind = random_.choice(lamps), random_.choice(_KINDS)
    payload = random_.randbytes(random_.randrange(_LONGEST_PAYLOAD))
    at, body = good_up(lamp, random_.randrange(300), payload, number)
    if kind != "up":
        said = _event(lamp) | {"queueItemId": "a", "level": "ERROR", "code": "OTAA", "context": {}}
        at, body = topic(lamp, kind), json.dumps(said).encode()
    way = random_.randrange(4)
    if way == 0:
        return at, mutated(random_, body)
    if way == 1:
        return at, json.dumps(_odd(random_, json.loads(body))).encode()
    if way == 2:
        return topic(random_.choice(lamps), kind).replace(lamp.name[-1], "0"), body
    return at, body


def topic(lamp: Lamp, kind: str) -> str:
    """Where ChirpStack tells an event of a unit's."""
    return f"application/{APPLICATION}/device/{lamp.registration()['dev_eui']}/event/{kind}"


def _event(lamp: Lamp) -> dict[str, Any]:
    return {"time": "2026-07-14T19:40:00+00:00", "deviceInfo": {"devEui": lamp.registration()["dev_eui"]}}


def _odd(random_: random.Random, event: dict[str, Any]) -> dict[str, Any]:
    """With a strange value in one of its fields, or in one inside it."""
    inner = event.get(random_.choice(_INSIDE))
    if isinstance(inner, list) and inner:
        inner = inner[0]
    place = inner if isinstance(inner, dict) and inner and random_.random() < 0.5 else event
    place[random_.choice([*place, "more"])] = random_.choice(_ODD)
    return event
