"""The serial cable of a street's gateway: two PTYs back to back, with a name at each end."""

import contextlib
import os
import select
import threading
import tty
from pathlib import Path

_LOOK_MS = 100
_CHUNK = 4096


class Cable:
    """`gateway_end` is for the gateway, `crew_end` for a terminal program. What nobody reads is lost.

    OSError when a name in the folder cannot be made.
    """

    def __init__(self, folder: Path):
        self.gateway_end, self.crew_end = folder / "console.gateway", folder / "console"
        self._gateway, far = _end(self.gateway_end)
        self._kept_open = far  # with nobody there a PTY looks hung up, for ever readable
        self._crew, far = _end(self.crew_end)
        os.close(far)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._carry, name="cable", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take it away: both ends are hung up on."""
        self._ended.set()
        self._thread.join()
        for end in (self._kept_open, self._gateway, self._crew):
            os.close(end)
        for name in (self.gateway_end, self.crew_end):
            name.unlink(missing_ok=True)

    def _carry(self) -> None:
        while not self._ended.is_set():
            is_plugged = not _events(self._crew) & select.POLLHUP
            watched = select.poll()
            watched.register(self._gateway, select.POLLIN)
            if is_plugged:
                watched.register(self._crew, select.POLLIN)
            for end, event in watched.poll(_LOOK_MS):
                if end == self._gateway:
                    _pass_on(self._gateway, self._crew if is_plugged else None)
                elif event & select.POLLIN:
                    _pass_on(self._crew, self._gateway)


def _events(end: int) -> int:
    """What is to be said of an end; POLLHUP: nobody has plugged in."""
    looked_at = select.poll()
    looked_at.register(end, select.POLLIN)
    return next((event for _, event in looked_at.poll(0)), 0)


def _pass_on(source: int, sink: int | None) -> None:
    with contextlib.suppress(OSError):  # somebody has just left, or their window is full
        data = os.read(source, _CHUNK)
        if sink is not None:
            os.write(sink, data)


def _end(name: Path) -> tuple[int, int]:
    """(our side, theirs) of a PTY that goes by a name."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    name.unlink(missing_ok=True)
    name.symlink_to(os.ttyname(theirs))
    return ours, theirs
