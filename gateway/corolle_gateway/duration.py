"""Lengths of time as people write them: 90s, 10m, 2h, 1h30m."""

import re

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WHOLE = re.compile(r"(?:\d+[smhd])+")
_PART = re.compile(r"(\d+)([smhd])")


def seconds(text: str) -> int:
    """The seconds of a length of time. Raises ValueError that says how one is written."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is not a length of time like 90s, 10m, 2h or 1h30m")
    return sum(int(number) * _SECONDS[sign] for number, sign in _PART.findall(text))
