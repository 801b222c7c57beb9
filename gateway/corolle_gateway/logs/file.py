"""The log in files: written in few, larger pieces, by a thread of its own, within bounds.

An SD card wears by the block, so lines wait for company; what is graver than info is on the card at once,
for the power may be gone next. A disk that is full, slow or read-only costs lines of this file, nothing else.
"""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from corolle_gateway.log import WARNING
from corolle_gateway.logs import segments
from corolle_gateway.logs.rotation import Rotation
from corolle_gateway.writing import write_all

_PATIENCE_S = 5.0  # how long a line waits for others
_BATCH_BYTES = 16_384  # so many do not wait
_MOST_BYTES = 262_144  # that wait for a disk which takes nothing; what comes then is lost
_AGAIN_S = 10.0  # after a failure
_CLOSING_S = 5.0


class LogFile:
    """A sink for Log. `failure`: why nothing can be written, None while all is well. `lost`: counts lines."""

    def __init__(self, folder: Path, max_bytes: int):
        self._folder = folder
        self._rotation = Rotation(folder, max_bytes)
        self._changed = threading.Condition()
        self._lines: list[bytes] = []
        self._bytes = 0
        self._due_s = 0.0  # when the first of the lines is to be written
        self._is_grave = False
        self._is_closing = False
        self._file: int | None = None
        self.failure: str | None = None
        self.lost = 0
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def take(self, level: int, line: str) -> None:
        """Have a line written soon, a grave one now. Never waits for the disk."""
        data = line.encode("utf-8", "backslashreplace")
        with self._changed:
            if self._bytes + len(data) > _MOST_BYTES:
                self.lost += 1
                return
            if not self._lines:
                self._due_s = time.monotonic() + _PATIENCE_S
            self._lines.append(data)
            self._bytes += len(data)
            if level >= WARNING or self._bytes >= _BATCH_BYTES:
                self._is_grave = self._is_grave or level >= WARNING
                self._due_s = 0.0
            if len(self._lines) == 1 or self._due_s == 0.0:
                self._changed.notify()

    def close(self) -> None:
        """Write what waits, and leave the disk alone; one that hangs is not waited for longer than 5 s."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join(_CLOSING_S)

    def _run(self) -> None:
        while self._wait():
            self._write()
        self._write()
        self._shut()

    def _wait(self) -> bool:
        """Until there is something to write; False when the gateway ends."""
        with self._changed:
            if self.failure:
                self._changed.wait_for(lambda: self._is_closing, _AGAIN_S)
            while not self._is_closing:
                left_s = self._due_s - time.monotonic() if self._lines else None
                if left_s is not None and left_s <= 0:
                    break
                self._changed.wait(left_s)
            return not self._is_closing

    def _write(self) -> None:
        with self._changed:
            lines, is_grave = self._lines, self._is_grave
            self._lines, self._bytes, self._is_grave = [], 0, False
        if not lines:
            return
        try:
            self._append(b"".join(lines), is_grave)
            self.failure = None
        except OSError as error:
            self._shut()
            self.failure = error.strerror or str(error)
            with self._changed:
                self.lost += len(lines)

    def _append(self, data: bytes, is_grave: bool) -> None:
        """OSError; then nothing of it is in the file, if the disk allows so much."""
        if self._file is None:
            self._file = self._opened()
        begun_at = os.fstat(self._file).st_size
        if begun_at and begun_at + len(data) > self._rotation.segment_bytes:
            self._shut()
            self._turn()
            self._file, begun_at = self._opened(), 0
        try:
            write_all(self._file, data)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, begun_at)
            raise
        if is_grave:
            os.fdatasync(self._file)

    def _turn(self) -> None:
        """What cannot be compressed now is when the next file is full."""
        with suppress(OSError):
            self._rotation.turn()

    def _opened(self) -> int:
        """The live file; a line that a power cut has torn is ended."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._folder / segments.LIVE_NAME, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        size = os.fstat(file).st_size
        if size and os.pread(file, 1, size - 1) != b"\n":
            os.write(file, b"\n")
        return file

    def _shut(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                os.close(self._file)
            self._file = None
