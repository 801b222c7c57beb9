"""A log folder read back: this gateway's, or one from a copied SD card."""

import os
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from corolle_gateway.errors import StartError
from corolle_gateway.logs import segments

_CHUNK_BYTES = 4096  # what of a damaged file comes before the damage is lost by no more than that
_GZIP = 31
_LOOK_S = 0.25


def lines(folder: Path, follow: bool = False) -> Iterator[str | None]:
    """All lines, older ones first, their ends taken off; and then, on demand, what is written from now on.

    While nothing is, None comes. StartError when the log cannot be read.
    """
    live = folder / segments.LIVE_NAME
    try:
        paths = [segment.path for segment in segments.full(folder)]
        if not live.exists() and not paths:
            raise StartError(f"{folder}: there is no log here: neither {segments.LIVE_NAME} nor older files")
        for path in paths:
            yield from _split(_content(path))
        if follow:
            yield from _followed(live)
        elif live.exists():
            yield from _split(_content(live))
    except OSError as error:
        raise StartError(f"{folder}: the log cannot be read: {error.strerror}") from error


def _followed(path: Path) -> Iterator[str | None]:
    """The live file's lines, and those of the next one when it is full, for ever."""
    file = path.open("rb")
    while True:
        yield from _new_lines(file)
        if _is_another(path, file):
            yield from _new_lines(file)
            file.close()
            file = path.open("rb")
        else:
            yield None
            time.sleep(_LOOK_S)


def _new_lines(file: IO[bytes]) -> Iterator[str]:
    """What stands below; a line that is being written waits until it is whole."""
    while (line := file.readline()).endswith(b"\n"):
        yield _text(line[:-1])
    file.seek(-len(line), os.SEEK_CUR)


def _is_another(path: Path, file: IO[bytes]) -> bool:
    try:
        return not os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:  # between two files
        return False


def _content(path: Path) -> Iterator[bytes]:
    """A file's bytes, unpacked, up to where it is damaged."""
    unpack = zlib.decompressobj(_GZIP).decompress if path.suffix == ".gz" else bytes
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            try:
                yield unpack(chunk)
            except zlib.error:
                return


def _split(chunks: Iterator[bytes]) -> Iterator[str]:
    begun = b""
    for chunk in chunks:
        *whole, begun = (begun + chunk).split(b"\n")
        yield from map(_text, whole)
    if begun:  # torn, but for the line of a file that is being written
        yield _text(begun)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace")
