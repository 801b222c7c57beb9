"""The files of a log folder, in the order in which they were written.

gateway.log is written to. What is full is called gateway-000001.log and so on, with .gz behind it once it is
compressed: numbers, for a clock may be wrong, and no file is renamed at each turn.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

LIVE_NAME = "gateway.log"
PART_SUFFIX = ".part"  # of a file that is being compressed
_FULL = re.compile(r"gateway-(\d{6,})\.log(\.gz)?")


class Segment(Struct, frozen=True):
    """A file that is full."""

    number: int
    path: Path
    is_compressed: bool


def full(folder: Path) -> list[Segment]:
    """The full files, older ones first; one that is there twice is as it was compressed. OSError."""
    found = sorted(_all(folder), key=lambda segment: (segment.number, not segment.is_compressed))
    return list({segment.number: segment for segment in reversed(found)}.values())[::-1]


def uncompressed(folder: Path, number: int) -> Path:
    """What a full file is called before it is compressed."""
    return folder / f"gateway-{number:06}.log"


def compressed(folder: Path, number: int) -> Path:
    """What it is called afterwards."""
    return folder / f"gateway-{number:06}.log.gz"


def _all(folder: Path) -> Iterator[Segment]:
    for path in folder.iterdir():
        if named := _FULL.fullmatch(path.name):
            yield Segment(int(named[1]), path, bool(named[2]))
