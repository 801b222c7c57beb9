"""Log lines in logfmt: one event a line, stable event names, UTC of the street's clock."""

import re
from collections.abc import Callable
from typing import TextIO

from corolle_gateway.model import iso_utc

LEVELS = ("debug", "info", "warning", "error")

_PLAIN = re.compile(r"[^\s\"=\\\x00-\x1f\x7f]+")


class Log:
    """Writes to `stream` what is at least as grave as `level` (one of LEVELS). Never hand it a secret."""

    def __init__(self, now: Callable[[], float], level: str, stream: TextIO):
        self._now = now
        self._least = LEVELS.index(level)
        self._stream = stream

    def debug(self, event: str, **fields: object) -> None:
        """For whoever looks into a fault."""
        self._write(0, event, fields)

    def info(self, event: str, **fields: object) -> None:
        """A step in the ordinary life of the gateway."""
        self._write(1, event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Something was refused or is missing; the gateway goes on."""
        self._write(2, event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Something the operator has to mend."""
        self._write(3, event, fields)

    def _write(self, level: int, event: str, fields: dict[str, object]) -> None:
        if level < self._least:
            return
        pairs = "".join(f" {name}={quoted(value)}" for name, value in fields.items())
        line = f"t={iso_utc(self._now())} level={LEVELS[level]} event={event}{pairs}\n"
        self._stream.write(line)
        self._stream.flush()


def quoted(value: object) -> str:
    """A logfmt value: bare when it can be, else in double quotes with control characters escaped."""
    text = str(value)
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_visible(character) for character in escaped) + '"'


def _visible(character: str) -> str:
    return character if character.isprintable() else f"\\u{ord(character):04x}"
