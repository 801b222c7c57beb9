"""The codec in JavaScript (LoRa Alliance TS013-1.0.0): one engine for all, and the tables of one kind."""

import json
from importlib import resources
from typing import Any

from corolle.wire import eu868, schema, settings_words, words
from corolle.wire.commands import legal_values, verbs
from corolle.wire.fields import Field, Message
from corolle.wire.sanitary_record import PORT, SANITARY
from corolle_gateway.hub.bodies import detail_table
from corolle_gateway.settings_tables import known

KINDS = ("lamp", "canopy")
_PLACE = "var TABLES = {};"
_MOST_SETTINGS = eu868.max_payload(5) // 5  # at the data rate with the most room; a pair has 5 bytes


def codec(kind: str) -> str:
    """The codec of a kind of unit, a file by itself. ValueError for a kind that there is not."""
    if kind not in KINDS:
        raise ValueError(f"no codec for a {kind!r}: there are those of {' and '.join(KINDS)}")
    engine = resources.files("corolle_tools.codec").joinpath("codec.js").read_text(encoding="utf-8")
    return engine.replace(_PLACE, f"var TABLES = {json.dumps(_tables(kind), indent=1)};")


def _tables(kind: str) -> dict[str, Any]:
    of_kind = [message for message in schema.MESSAGES if message.name.startswith(f"{kind}_")]
    uplinks = (*of_kind, schema.EVENT, schema.ACK)
    details = {word: detail_table(kind, word) for word in words.words(words.EVENTS)}
    details = {word: name for word, name in details.items() if name}
    named = {field.words for message in (*uplinks, schema.COMMAND) for field in message.fields if field.words}
    return {
        "kind": kind,
        "uplinks": {message.port: _message(message) for message in uplinks},
        "command": _message(schema.COMMAND),
        "verbs": {verb: legal_values(kind, verb) for verb in verbs(kind)},
        "sanitary": {"port": PORT if kind == "canopy" else None, "words": SANITARY.split("|")},
        "settings": {"port": settings_words.PORT, "most": _MOST_SETTINGS, "rows": _settings(kind)},
        "details": details,
        "words": {name: getattr(words, name).split("|") for name in sorted(named | set(details.values()))},
    }


def _settings(kind: str) -> dict[str, list[Any]]:
    """By name: mark on the air, lowest, highest, unit."""
    rows = known(kind).values()
    return {row.name: [settings_words.mark(row.name), row.lowest, row.highest, row.unit] for row in rows}


def _message(message: Message) -> dict[str, Any]:
    fields = [_field(field) for field in message.fields]
    return {"type": message.name.rpartition("_")[2], "port": message.port, "fields": fields}


def _field(field: Field) -> dict[str, Any]:
    """What the engine asks of a field; the rest would make every server carry the documentation."""
    kept = ("name", "bits", "steps", "offset", "unit", "optional", "words", "flags", "limit")
    told = {name: getattr(field, name) for name in kept}
    always = ("name", "bits", "steps", "offset")
    return {name: value for name, value in told.items() if name in always or value}
