"""The city acknowledges alarms on the command topic of the unit, or of the gateway, that has them."""

import msgspec
from msgspec import Struct

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.hub import bodies
from corolle_gateway.hub.alarming.alarms import Alarms
from corolle_gateway.hub.orders import OrderError, checked_id, decoded, signed
from corolle_gateway.store import messages
from corolle_gateway.store.connection import Connection
from corolle_gateway.store.outbox import Outbox
from corolle_gateway.store.writer import Writer

VERB = "acknowledge"


class _Written(Struct, forbid_unknown_fields=True):
    verb: str
    value: int  # the alarm's number
    author: str
    note: str = ""
    id: str | int | None = None


class AlarmDesk:
    """Takes acknowledgements, and answers as every order is answered."""

    def __init__(self, clock: Clock, counts: Counts, writer: Writer, outbox: Outbox, alarms: Alarms):
        self._clock = clock
        self._counts = counts
        self._writer = writer
        self._outbox = outbox
        self._alarms = alarms

    async def order(self, name: str, payload: bytes) -> None:
        """Take what the city wrote on a command topic. sqlite3.Error when it could not be stored."""
        try:
            with signed(payload):
                written = decoded(payload, _Written)
                order_id = None if written.id is None else checked_id(written.id)
                await self._alarms.acknowledge(written.value, written.author, written.note, unit=name)
        except OrderError as error:
            self._counts.reject(error.cause, unit=name)
            await self._tell(name, error.order_id, "refused", str(error), None, error.author)
        else:
            await self._tell(name, order_id, "accepted", "", written.value, written.author)

    async def _tell(
        self, name: str, order_id: str | None, status: str, reason: str, value: int | None, author: str | None
    ) -> None:
        number, now_s = self._outbox.next_id(), self._clock.now()
        body = msgspec.json.encode(bodies.answer(name, order_id, status, reason, value, author, now_s))

        def operation(db: Connection) -> None:
            messages.put(db, number, name, "ack", None, now_s, body)

        await self._writer.submit(operation)
        self._outbox.filled.set()
