"""What is published of a report, an event, and the life of a command: JSON objects as the city reads them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from corolle.wire import words
from corolle.wire.fields import Field, Message
from corolle.wire.sanitary_record import SANITARY, Record

from corolle_gateway.hub.bthome_names import named
from corolle_gateway.hub.standing import Standing
from corolle_gateway.model import OPEN_STATUSES, BleRadio, LinkStatus, Radio, Sensed, Unit, Uplink, iso_utc

Body = dict[str, Any]

# Battery of DevStatusAns (LoRaWAN 1.0.4, table 9).
_EXTERNAL, _FULL, _UNKNOWN = 0, 254, 255

_FAULT_TABLES = {"lamp": "LAMP_FAULTS", "canopy": "CANOPY_FAULTS"}
_OF_REASON = ("guard tripped", "valve opened", "valve closed", "override ended")


def report(uplink: Uplink, message: Message, values: dict[str, Any], totals: dict[str, float]) -> Body:
    """A periodic report; counters as totals that only grow."""
    body = _head(uplink, uplink.time_s)
    body |= values
    body |= totals
    for name, reader in _readers(message):
        body[name] = reader(values[name])
    body["radio"] = radio(uplink.radio)
    return body


def event(uplink: Uplink, values: dict[str, Any]) -> Body:
    """Something that happened at the unit; `time` is when, `received` when it was heard of."""
    word = words.word_of(words.EVENTS, values["code"])
    body = _head(uplink, values["time_s"] or uplink.time_s)
    body |= {
        "received": iso_utc(uplink.time_s),
        "seq": values["seq"],
        "event": word,
        "value": values["value"],
    }
    detail = _detail(uplink.unit.kind, word, values["value"])
    if detail is not None:
        body["detail"] = detail
    body["radio"] = radio(uplink.radio)
    return body


def status(uplink: Uplink, said: LinkStatus) -> Body:
    """What a unit says of its supply and of how well it hears, and what it does not keep to."""
    supply = {_EXTERNAL: "external", _UNKNOWN: "unknown"}.get(said.battery, "battery")
    body = _head(uplink, uplink.time_s)
    body |= {
        "supply": supply,
        "battery_pct": round(100 * said.battery / _FULL, 1) if supply == "battery" else None,
        "downlink_snr_db": said.snr_db,
        "not_taken": list(said.missing),
        "refused": list(said.refused),
        "radio": radio(uplink.radio),
    }
    return body


def sanitary(uplink: Uplink, record: Record) -> Body:
    """A record of the sanitary log; `record` has its 32 bytes, so that anybody can check the chain."""
    body = _head(uplink, record.time_s or uplink.time_s)
    body |= {
        "received": iso_utc(uplink.time_s),
        "number": record.number,
        "operation": words.word_of(SANITARY, record.code),
        "value": record.value,
        "author": record.author,
        "record": uplink.payload.hex(),
        "radio": radio(uplink.radio),
    }
    return body


def reading(sensed: Sensed) -> Body:
    """What a unit's adverts said; of what it measures more than once, a list."""
    return _head(sensed, sensed.time_s) | named(sensed.readings) | {"radio": radio(sensed.radio)}


def radio(heard: Radio | BleRadio) -> Body:
    """How well an uplink was heard."""
    if isinstance(heard, BleRadio):
        return {"link": "ble", "rssi_dbm": heard.rssi_dbm}
    return {
        "rssi_dbm": heard.rssi_dbm,
        "snr_db": heard.snr_db,
        "dr": heard.dr,
        "freq_hz": heard.freq_hz,
        "gateway_count": heard.gateway_count,
    }


def answer(
    unit: str,
    command_id: str | None,
    status: str,
    reason: str,
    value: int | None,
    author: str | None,
    now_s: float,
) -> Body:
    """A step in the life of a command, or of an order that never became one."""
    return {
        "id": command_id,
        "unit": unit,
        "status": status,
        "reason": reason,
        "author": author,
        "time": iso_utc(now_s),
        "value": value,
    }


def group_answer(group: str, command_id: str, standing: dict[str, int], author: str, now_s: float) -> Body:
    """How far a group has come with an order: how many units are at each status."""
    units, done = sum(standing.values()), standing.get("acknowledged", 0)
    if open_ := [status for status in OPEN_STATUSES if standing.get(status)]:
        # "accepted" until all were told, "sent" while answers are missing.
        status, reason = open_[0] if len(open_) == 1 else "queued", ""
    elif done == units:
        status, reason = "acknowledged", ""
    else:
        status, reason = "failed", f"{units - done} of {units} units did not acknowledge"
    body = answer(group, command_id, status, reason, done, author, now_s)
    return body | {"units": units, "standing": standing}


def standing(unit: Unit, it: Standing, now_s: float) -> Body:
    """What a unit is to run and what it says it runs; `drift` has each difference."""
    drift = {name: {"desired": want, "reported": runs} for name, (want, runs) in it.drift.items()}
    return {
        "unit": unit.name,
        "kind": unit.kind,
        "time": iso_utc(now_s),
        "agreed": it.agreed,
        "desired": it.desired,
        "reported": it.reported,
        "drift": drift,
        "tries": it.tries,
    }


def _head(uplink: Uplink | Sensed, time_s: float) -> Body:
    unit = uplink.unit
    return {"id": f"{unit.name}-{uplink.key}", "unit": unit.name, "kind": unit.kind, "time": iso_utc(time_s)}


@cache
def _reader(field: Field) -> Callable[[Any], Any] | None:
    """What makes a field's value readable; None when it is so already."""
    if field.flags:
        table = getattr(words, field.words)
        return cache(lambda value: words.words_of(table, value))
    if field.words:
        table = getattr(words, field.words)
        return cache(lambda value: words.word_of(table, value))
    return bool if field.bits == 1 else None


@cache
def _readers(message: Message) -> list[tuple[str, Callable[[Any], Any]]]:
    return [(field.name, reader) for field in message.fields if (reader := _reader(field))]


def _detail(kind: str, event_word: str, value: int) -> str | None:
    """The word that an event's figure stands for, None when it is just a figure."""
    table = detail_table(kind, event_word)
    return words.word_of(getattr(words, table), value) if table and value >= 0 else None


def detail_table(kind: str, event_word: str) -> str | None:
    """The name of the table in words.py that an event's figure is a place in, None where it is just one."""
    if event_word == "boot":
        return "BOOT_CAUSES"
    if event_word in ("fault raised", "fault cleared"):
        return _FAULT_TABLES[kind]
    return "REASONS" if event_word in _OF_REASON else None
