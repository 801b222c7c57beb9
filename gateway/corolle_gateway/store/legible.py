"""What stands in the blobs of a row: a flipped bit spoils it, and SQLite sees nothing wrong with the page."""

from collections.abc import Callable
from typing import Any

import msgspec

from corolle_gateway.model import Counters, unix_s
from corolle_gateway.store.settings import Values
from corolle_gateway.store.states import Standing


def _report(said: bytes) -> None:
    unix_s(msgspec.json.decode(said, type=dict[str, Any])["time"])


def _packed(said: bytes) -> None:
    if said:
        msgspec.msgpack.decode(said)


# By table and column. Each raises one of _WRONG.
_READERS: dict[str, dict[str, Callable[[bytes], object]]] = {
    "states": {
        "report": _report,
        "counters": msgspec.json.Decoder(Counters).decode,
        "standing": msgspec.json.Decoder(Standing).decode,
    },
    "sessions": {"link": _packed},
    "alarms": {"first": msgspec.json.Decoder(dict[str, Any]).decode},
    "reported": {"settings": msgspec.json.Decoder(Values).decode},
}
_WRONG = (msgspec.DecodeError, KeyError, TypeError, ValueError)


def is_legible(table: str, columns: list[str], row: tuple[Any, ...]) -> bool:
    """Whether all that is in a row of a table can be read by whoever needs it."""
    readers = _READERS.get(table)
    if readers is None:
        return True
    try:
        for name, value in zip(columns, row, strict=True):
            if name in readers and value is not None:
                readers[name](value)
    except _WRONG:
        return False
    return True
