"""What boards say on their consoles, as records."""

import re
from typing import Any

_PAIR = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")  # an address in hexadecimal may begin with 0
_TYPED = {"decision": "decision", "uplink": "uplink"}  # events that are a type of record of their own


def read_line(unit: str, line: str) -> dict[str, Any]:
    """A record from one line: logfmt becomes its fields, anything else (a traceback) stays text."""
    if not line.startswith("t="):
        return {"type": "console", "unit": unit, "text": line}
    fields = {key: _value(raw) for key, raw in _PAIR.findall(line)}
    fields.pop("t", None)
    event = fields.get("event")
    kind = _TYPED.get(str(event), "event")
    if kind != "event":
        del fields["event"]
    return {"type": kind, "unit": unit, **fields}


def _value(raw: str) -> int | float | str:
    if raw.startswith('"'):
        return raw[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if _NUMBER.fullmatch(raw):
        return float(raw) if "." in raw else int(raw)
    return raw
