"""Sees to it that the gateway lives, and tells systemd: its loop turns, and its writer answers."""

import asyncio
import sqlite3

from corolle_gateway.log import Log
from corolle_gateway.service.inside import Inside
from corolle_gateway.service.notify import Notifier

_LOOK_S = 10.0
_SHARE = 3  # of the time after which systemd would give the gateway up


class Attendant:
    """Looks every ten seconds, or as often as the watchdog wants it."""

    def __init__(self, notifier: Notifier, log: Log, inside: Inside):
        self._notifier = notifier
        self._log = log
        self._inside = inside
        self._lost_lines = 0
        self._failure: str | None = None

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        watchdog_s = self._notifier.watchdog_s
        pause_s = min(_LOOK_S, watchdog_s / _SHARE) if watchdog_s else _LOOK_S
        while True:
            await self._writer_answers()
            self._look_at_log()
            self._notifier.tell(WATCHDOG=1, STATUS=self._standing())
            await asyncio.sleep(pause_s)

    async def _writer_answers(self) -> None:
        """A disk that refuses is an answer; one that hangs for longer than the watchdog waits is none."""
        try:
            await self._inside.writer.submit(lambda db: None)
        except sqlite3.Error:
            return

    def _look_at_log(self) -> None:
        """Lines that disk or stderr did not take are counted; of the file it is told on what is left."""
        file = self._inside.log_file
        failure, in_file = (file.failure, file.lost) if file else (None, 0)
        lost = self._log.lost + in_file - self._lost_lines
        self._lost_lines += lost
        self._inside.counts.reject_many("log_line_lost", lost)
        if failure != self._failure:
            if failure:
                self._log.error("log_file_failed", error=failure, lost=lost)
            else:
                self._log.info("log_file_mended", lost=lost)
            self._failure = failure

    def _standing(self) -> str:
        """For `systemctl status`."""
        inside, room = self._inside, self._inside.room()
        broker = "connected" if inside.broker_up() else "unreachable"
        waiting = f", {room.unsent} messages wait" if room else ""
        return f"{len(inside.units())} units, {len(inside.silent())} silent; broker {broker}{waiting}"
