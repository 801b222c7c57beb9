"""A line of the log read back: the inverse of what log.py writes."""

import re

_PAIR = re.compile(r'([^\s"=]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"=]+))(?: |$)')
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(.))")
_BEGINNING = ("t", "level", "event")


def parse(line: str) -> dict[str, str] | None:
    """The fields of a line, its end taken off; None when it is torn, or none of the gateway's."""
    fields: dict[str, str] = {}
    at = 0
    while at < len(line):
        pair = _PAIR.match(line, at)
        if pair is None:
            return None
        name, quoted, bare = pair.groups()
        fields[name] = bare if quoted is None else _ESCAPE.sub(_unescaped, quoted)
        at = pair.end()
    return fields if tuple(fields)[:3] == _BEGINNING else None


def _unescaped(found: re.Match[str]) -> str:
    short, long, itself = found.groups()
    return chr(int(short or long, 16)) if short or long else itself
