"""Log lines in logfmt: one event a line, stable event names, UTC of the street's clock."""

import os
import re
from collections.abc import Callable
from typing import TextIO

from corolle_gateway.model import iso_utc

LEVELS = ("debug", "info", "warning", "error")
DEBUG, INFO, WARNING, ERROR = range(4)

# Takes a level's number in LEVELS, and a line with its end. It must neither raise nor wait.
Sink = Callable[[int, str], None]

_PLAIN = re.compile(r"[^\s\"=\\\x00-\x1f\x7f]+")
# sd-daemon(3): journald takes the priority from the beginning of the line.
_JOURNAL_PREFIXES = ("<7>", "<6>", "<4>", "<3>")
_NO_PREFIXES = ("", "", "", "")


class Log:
    """Writes to `stream` what is at least as grave as `level` (one of LEVELS). Never hand it a secret.

    A stream that takes nothing (a full disk, a pipe that nobody reads) stops nobody who logs:
    `lost` counts such lines.
    """

    def __init__(self, now: Callable[[], float], level: str, stream: TextIO):
        self._now = now
        self._least = LEVELS.index(level)
        self._stream = stream
        self._prefixes = _JOURNAL_PREFIXES if _is_journal(stream) else _NO_PREFIXES
        self._sinks: list[Sink] = []
        self.lost = 0

    def add(self, sink: Sink) -> None:
        """Have each line from now on taken by `sink` as well: a file, a console."""
        self._sinks = [*self._sinks, sink]

    def remove(self, sink: Sink) -> None:
        """`sink` takes no more; nothing happens when it never did."""
        self._sinks = [each for each in self._sinks if each != sink]

    def debug(self, event: str, **fields: object) -> None:
        """For whoever looks into a fault."""
        self._write(DEBUG, event, fields)

    def info(self, event: str, **fields: object) -> None:
        """A step in the ordinary life of the gateway."""
        self._write(INFO, event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Something was refused or is missing; the gateway goes on."""
        self._write(WARNING, event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Something the operator has to mend."""
        self._write(ERROR, event, fields)

    def _write(self, level: int, event: str, fields: dict[str, object]) -> None:
        if level < self._least:
            return
        pairs = "".join(f" {name}={quoted(value)}" for name, value in fields.items())
        line = f"t={iso_utc(self._now())} level={LEVELS[level]} event={event}{pairs}\n"
        try:
            self._stream.write(self._prefixes[level] + line)
            self._stream.flush()
        except OSError:
            self.lost += 1
        for sink in self._sinks:
            sink(level, line)


def quoted(value: object) -> str:
    """A logfmt value: bare when it can be, else in double quotes with control characters escaped."""
    text = str(value)
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_visible(character) for character in escaped) + '"'


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


def _is_journal(stream: TextIO) -> bool:
    """Whether a stream ends in journald (systemd.exec(5), JOURNAL_STREAM: device and inode of the socket)."""
    told = os.environ.get("JOURNAL_STREAM")
    if told is None:
        return False
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return told == f"{status.st_dev}:{status.st_ino}"
