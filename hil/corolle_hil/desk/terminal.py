"""A pseudo-terminal as the serial port of a simulated board."""

import contextlib
import os
import tty
from collections.abc import Callable
from pathlib import Path

from corolle_hil.scheduler import Scheduler

_CHUNK_BYTES = 4096
_AGAIN_US = 2000
_PATIENCE = 250  # so often it is tried again: who has read nothing for half a second is not there
_FULL_BYTES = 16_384


class Terminal:
    """Whoever opens `path` speaks with the board.

    A serial port has no memory of its own: what nobody reads is lost, once the system's buffer is full.

    Args:
        scheduler: calls when something was typed.
        path: a link that is made, to the pseudo-terminal.
        on_typed: called with the bytes that came; says how many it can take next.

    Raises:
        FileExistsError: `path` is something else than the link of a board that is gone.
    """

    def __init__(self, scheduler: Scheduler, path: Path, on_typed: Callable[[bytes], None]):
        self.path = path
        self._scheduler = scheduler
        self._on_typed = on_typed
        self._outbox = bytearray()
        self._tries = 0
        self._fd, self._slave = os.openpty()  # held open: its settings outlive whoever else opens it
        tty.setraw(self._slave)
        os.set_blocking(self._fd, False)
        try:
            _link(path, os.ttyname(self._slave))
        except OSError:
            self._close_ends()
            raise
        scheduler.add_reader(self._fd, self._typed)

    @property
    def full(self) -> bool:
        """Whether the reader cannot follow: what prints is to wait."""
        return len(self._outbox) > _FULL_BYTES

    def write(self, data: bytes) -> None:
        """Send, as fast as it is read."""
        idle = not self._outbox
        self._outbox += data
        if idle:
            self._tries = 0
            self._send()

    def close(self) -> None:
        """Take the port away."""
        self._scheduler.remove_reader(self._fd)
        self._outbox.clear()
        if self.path.is_symlink() and os.readlink(self.path) == os.ttyname(self._slave):
            self.path.unlink()
        self._close_ends()

    def _typed(self) -> None:
        self._on_typed(os.read(self._fd, _CHUNK_BYTES))

    def _send(self) -> None:
        if not self._outbox:
            return
        sent = 0
        with contextlib.suppress(BlockingIOError):
            sent = os.write(self._fd, self._outbox)
        del self._outbox[:sent]
        self._tries = 0 if sent else self._tries + 1
        if self._tries > _PATIENCE:
            self._outbox.clear()
        if self._outbox:
            self._scheduler.after(_AGAIN_US, self._send)

    def _close_ends(self) -> None:
        os.close(self._fd)
        os.close(self._slave)


def _link(path: Path, target: str) -> None:
    """Point to the port; a link whose board is gone is taken over."""
    if path.is_symlink() and not path.exists():
        path.unlink()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
