"""The node's log: one logfmt line an event, on the console and in a ring of fixed memory."""

from corolle.wire.compat import const

LEVELS = ("debug", "info", "warn", "error")

_QUOTED = const(' "=')


class Ring:
    """The last lines, oldest first, in one buffer that never grows."""

    def __init__(self, size_bytes: int):
        self._buffer = bytearray(size_bytes)
        self._used = 0

    def append(self, line: bytes) -> None:
        """Keep a line, its beginning only if it is longer than the ring; the oldest lines make room."""
        size = len(self._buffer)
        line = line[: size - 1]
        while self._used + len(line) + 1 > size:
            self._drop_oldest()
        end = self._used + len(line)
        self._buffer[self._used : end] = line
        self._buffer[end] = 10
        self._used = end + 1

    def lines(self):
        """Iterate over the lines kept."""
        start = 0
        while start < self._used:
            end = self._buffer.find(b"\n", start)
            yield bytes(self._buffer[start:end]).decode()
            start = end + 1

    def _drop_oldest(self) -> None:
        first = self._buffer.find(b"\n") + 1
        view = memoryview(self._buffer)
        view[: self._used - first] = view[first : self._used]
        self._used -= first


class Log:
    """Call it with the event and its fields, written in name order. `stamp()` gives the time or "-"."""

    def __init__(self, stamp, ring_bytes: int = 1024):
        self._stamp = stamp
        self._ring = Ring(ring_bytes)
        self.level = "info"

    def __call__(self, event: str, level: str = "info", **fields) -> None:
        """Log one event; one below the log's level is left out. Never hand in a secret."""
        if LEVELS.index(level) < LEVELS.index(self.level):
            return
        parts = ["t=" + self._stamp(), "level=" + level, "event=" + event]
        parts.extend(name + "=" + _text(fields[name]) for name in sorted(fields))
        line = " ".join(parts)
        print(line)
        self._ring.append(line.encode())

    def lines(self):
        """Iterate over the lines kept, oldest first."""
        return self._ring.lines()


def _text(value) -> str:
    """A value as logfmt has it: quoted where it holds a space, a quote or a sign, on one line always."""
    text = value.hex() if isinstance(value, (bytes, bytearray)) else str(value)
    text = "".join(char if " " <= char else " " for char in text)
    if text and not any(char in text for char in _QUOTED):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
