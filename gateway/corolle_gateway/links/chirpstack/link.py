"""The ChirpStack link, put together."""

import sqlite3
from collections.abc import Callable

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.links.chirpstack import events
from corolle_gateway.links.chirpstack.acknowledging import Acknowledging
from corolle_gateway.links.chirpstack.downlinks import Downlinks
from corolle_gateway.links.chirpstack.events import Join, Refused, TxAck, Up
from corolle_gateway.links.chirpstack.outside import Broker, Memory, Message, Receiver
from corolle_gateway.links.chirpstack.uplinks import Uplinks
from corolle_gateway.model import Downlink, Sent, Unit, UnitsChange
from corolle_gateway.pending import Pending
from corolle_gateway.tasks import Tasks

_STORE_RETRY_S = 1.0


class ChirpstackLink:
    """Takes the events of these applications; nothing that is wrong with one is raised.

    Args:
        connect: makes ChirpStack's broker of topic filters and of who takes each message.
        next_report_s: within how many seconds a unit speaks again.
    """

    def __init__(
        self,
        clock: Clock,
        counts: Counts,
        tasks: Tasks,
        memory: Memory,
        receiver: Receiver,
        applications: tuple[str, ...],
        connect: Callable[[tuple[str, ...], Callable[[Message], None]], Broker],
        next_report_s: Callable[[Unit], float],
    ):
        self._clock = clock
        self._counts = counts
        self._tasks = tasks
        self._memory = memory
        self._applications = applications
        self._units: dict[str, Unit] = {}  # by DevEUI
        self._recovering = False
        self._stopped = False
        filters = tuple(f"application/{each}/device/+/event/+" for each in applications)
        self._broker = connect(filters, self._receive)
        self._acknowledging = Acknowledging(self._broker.acknowledge, self._not_stored)
        self._uplinks = Uplinks(clock, counts, memory, receiver)
        self._downlinks = Downlinks(clock, counts, tasks, receiver, self._broker, next_report_s)

    async def start(self) -> None:
        """Go on where an earlier run stopped, and connect."""
        self._units = {unit.dev_eui: unit for unit in await self._memory.units()}
        await self._uplinks.load()
        self._tasks.keep(self._broker.run)

    async def follow(self, change: UnitsChange) -> None:
        """Other units are known."""
        self._units = {unit.dev_eui: unit for unit, _ in change.everyone}

    def stop(self) -> None:
        """Take nothing more: it comes again in the next run."""
        self._stopped = True

    def hears(self) -> bool:
        """Whether units can be heard at all."""
        return self._broker.up.is_set()

    def missing(self) -> list[str]:
        """What was there and is gone."""
        return [] if self.hears() else ["broker"]

    async def send_now(self, downlink: Downlink) -> Sent:
        """Send to a class C unit, which always listens."""
        application = self._uplinks.application(downlink.unit.name)
        if application not in self._applications:  # it was moved, or was never heard
            application = self._applications[0] if len(self._applications) == 1 else None
        return await self._downlinks.send_now(application, downlink)

    def _receive(self, message: Message) -> None:
        if not self._stopped:
            self._tasks.start(self._take(message))

    async def _take(self, message: Message) -> None:
        """A task of its own: a fault of ours would else end the connection, and the next, and the next."""
        stored = None
        try:
            stored = self._taken(message)
        except Refused as refused:
            self._counts.reject(refused.cause, topic=message.topic[:128])
        finally:  # after a fault of ours as well: it would be the same one whenever it came again
            if message.number:
                self._acknowledging.follow(message, stored)

    def _taken(self, message: Message) -> Pending[bool] | None:
        """What has to be True before the broker may forget a message, if anything. Refused."""
        application, event = events.read(message.topic, message.payload)
        self._counts.count("chirpstack_events")
        if event is None:
            return None
        unit = self._units.get(event.device_info.dev_eui.lower())
        if unit is None:
            raise Refused("chirpstack_unknown_device")
        if unit.revoked:
            raise Refused("chirpstack_revoked")
        if isinstance(event, Up):
            if not message.number:
                self._counts.count("uplinks_at_qos_0")
            return self._up(unit, application, event)
        if isinstance(event, TxAck):
            self._downlinks.told(unit, event.queue_item_id, Sent(True))
        elif isinstance(event, Join):
            self._counts.count("joins")
            self._downlinks.joined(unit)
        else:
            self._logged(unit, event)
        return None

    def _up(self, unit: Unit, application: str, up: Up) -> Pending[bool] | None:
        stored = self._uplinks.take(unit, application, up)
        if stored is None:
            return self._uplinks.last(unit.name)
        stored.then(lambda done: self._answer(unit, application, done))
        return stored

    def _answer(self, unit: Unit, application: str, done: Pending[bool]) -> None:
        if done.came_true:
            self._downlinks.answer(application, unit)

    def _logged(self, unit: Unit, event: events.Log) -> None:
        if event.queue_item_id:
            self._downlinks.told(unit, event.queue_item_id, Sent(False, "discarded"))
        if event.cause:
            self._counts.reject(event.cause, unit=unit.name, description=event.description[:128])

    def _not_stored(self) -> None:
        if not self._recovering:
            self._recovering = True
            self._tasks.start(self._recover())

    async def _recover(self) -> None:
        """Only the store knows what is in it; and only another connection brings the rest again."""
        while self._recovering:
            try:
                await self._uplinks.load()
                self._recovering = False
            except sqlite3.Error:
                await self._clock.sleep(_STORE_RETRY_S)
        self._broker.begin_again("what it brought could not be stored")
