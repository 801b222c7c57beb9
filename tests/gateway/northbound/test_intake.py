"""What the broker may forget of what it brings, and what it is to bring again."""

import asyncio
import io
import sqlite3

import pytest
from corolle_gateway.counts import Counts
from corolle_gateway.log import Log
from corolle_gateway.northbound import intake
from corolle_gateway.northbound.intake import Intake
from corolle_gateway.northbound.packets import Incoming
from corolle_gateway.northbound.topics import Topics
from corolle_gateway.tasks import Tasks

_FULL = sqlite3.OperationalError("database or disk is full")


class _Street:
    """A broker that brings two orders and, at each connection, all that was not acknowledged, in its order;
    and a store that fails as it is told to, at each time that something is to be stored.
    """

    def __init__(self, *errors: Exception | None):
        self._errors = list(errors)
        self._waiting = [
            Incoming("corolle/quai/gw/lamp-1/command", payload, False, number)
            for number, payload in enumerate((b"older", b"newer"), 1)
        ]
        self.stored: list[bytes] = []
        self.connections = 0
        self._forgotten = asyncio.Event()
        log = Log(lambda: 0.0, "error", io.StringIO())
        self.counts = Counts(log)
        self._tasks = Tasks(log, self.counts)
        ways = self._acknowledge, self._connect, self._save
        self._intake = Intake(self.counts, self._tasks, Topics("quai", "gw"), self, *ways)

    async def run(self) -> "_Street":
        """Until nothing waits at the broker."""
        self._tasks.keep(self._intake.run)
        self._connect("at first")
        async with asyncio.timeout(10):
            await self._forgotten.wait()
        await self._tasks.stop()
        return self

    async def order(self, name: str, payload: bytes) -> None:
        """Store it."""
        if error := self._errors.pop(0) if self._errors else None:
            raise error
        self.stored.append(payload)

    async def _save(self) -> bool:
        return not (self._errors and self._errors.pop(0))

    def _connect(self, reason: str) -> None:
        self.connections += 1
        for message in self._waiting:
            asyncio.get_running_loop().call_later(0.01 * message.number, self._intake.take, message)

    def _acknowledge(self, message: Incoming) -> None:
        self._waiting.remove(message)
        if not self._waiting:
            self._forgotten.set()


async def _lived(*errors: Exception | None) -> _Street:
    return await _Street(*errors).run()


def test_what_could_not_be_stored_is_brought_again_and_overtaken_by_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(intake, "_STORE_RETRY_S", 0.1)
    street = asyncio.run(_lived(_FULL, _FULL))  # the first order; a look whether there is room again
    assert (street.stored, street.connections) == ([b"older", b"newer"], 2)


def test_what_a_fault_of_our_own_ends_does_not_come_for_ever():
    street = asyncio.run(_lived(KeyError("ours")))
    assert (street.stored, street.connections) == ([b"newer"], 1)
    assert street.counts.rejected == {"internal_error": 1}
