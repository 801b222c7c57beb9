"""What the broker may forget of what it brings, and what it is to bring again."""

import asyncio
import io

from corolle_gateway.counts import Counts
from corolle_gateway.log import Log
from corolle_gateway.northbound.intake import Intake
from corolle_gateway.northbound.packets import Incoming
from corolle_gateway.northbound.topics import Topics
from corolle_gateway.tasks import Tasks

_TOPIC = "corolle/quai/gw/lamp-1/command"


class _Orders:
    """Raises what it is told to; notes what it has taken."""

    def __init__(self, *errors: Exception):
        self._errors = list(errors)
        self.taken: list[bytes] = []

    async def order(self, name: str, payload: bytes) -> None:
        if self._errors:
            raise self._errors.pop(0)
        self.taken.append(payload)


def test_what_a_fault_of_our_own_ends_does_not_come_for_ever():
    async def run() -> tuple[list[int], dict[str, int]]:
        log = Log(lambda: 0.0, "error", io.StringIO())
        counts, acknowledged, both = Counts(log), list[int](), asyncio.Event()

        def acknowledge(message: Incoming) -> None:
            acknowledged.append(message.number)
            if len(acknowledged) == 2:
                both.set()

        tasks = Tasks(log, counts)
        intake = Intake(counts, tasks, Topics("quai", "gw"), _Orders(KeyError("ours")), acknowledge)
        for number in (1, 2):
            intake.take(Incoming(_TOPIC, b"{}", False, number))
        async with asyncio.timeout(5):
            await both.wait()
        await tasks.stop()
        return acknowledged, counts.rejected

    assert asyncio.run(run()) == ([1, 2], {"internal_error": 1})
