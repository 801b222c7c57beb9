"""A log folder kept within its bounds: what is full is compressed, the oldest goes."""

import os
import shutil
import zlib
from pathlib import Path

from corolle_gateway.logs import segments

_SHARE = 8  # a full file has this part of all that may be kept
_CHUNK_BYTES = 65_536
_GZIP = 31  # zlib's window bits for the gzip format


class Rotation:
    """What becomes of a log file that is full. `max_bytes` bounds the whole folder."""

    def __init__(self, folder: Path, max_bytes: int):
        self._folder = folder
        self._max_bytes = max_bytes
        self.segment_bytes = max_bytes // _SHARE

    def turn(self) -> None:
        """The live file is full: put it aside, compress it, and let the oldest go. OSError."""
        live = self._folder / segments.LIVE_NAME
        number = max((segment.number for segment in segments.full(self._folder)), default=0) + 1
        os.rename(live, segments.uncompressed(self._folder, number))
        self._prune()
        self.tidy()

    def tidy(self) -> None:
        """Compress what is not yet: a power cut may have come between. OSError, on a full disk for one."""
        for part in self._folder.glob("*" + segments.PART_SUFFIX):
            part.unlink()
        for segment in segments.full(self._folder):
            plain = segments.uncompressed(self._folder, segment.number)
            if not segment.is_compressed:
                _compress(plain, segments.compressed(self._folder, segment.number))
            plain.unlink(missing_ok=True)

    def _prune(self) -> None:
        """Leave room for the live file, and for what is being compressed."""
        kept = segments.full(self._folder)
        sizes = [segment.path.stat().st_size for segment in kept]
        room = self._max_bytes - 2 * self.segment_bytes
        while kept and sum(sizes) > room:
            kept.pop(0).path.unlink()
            sizes.pop(0)


def _compress(plain: Path, packed: Path) -> None:
    """The packed file is there as a whole or not at all. OSError."""
    part = packed.with_name(packed.name + segments.PART_SUFFIX)
    packer = zlib.compressobj(wbits=_GZIP)
    with plain.open("rb") as source, open(part, "wb", opener=_private) as target:
        while chunk := source.read(_CHUNK_BYTES):
            target.write(packer.compress(chunk))
        target.write(packer.flush())
        target.flush()
        os.fsync(target.fileno())
    shutil.copystat(plain, part)  # its date says when it was written
    os.rename(part, packed)


def _private(path: str | Path, flags: int) -> int:
    return os.open(path, flags, 0o600)
