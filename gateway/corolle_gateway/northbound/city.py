"""The northbound side, put together: one broker, what goes to it and what comes from it."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from corolle_gateway.clock import Clock
from corolle_gateway.config import BrokerConfig, HomeAssistantConfig
from corolle_gateway.counts import Counted, Counts
from corolle_gateway.log import Log
from corolle_gateway.northbound.alarm_list import AlarmList
from corolle_gateway.northbound.home_assistant import HomeAssistant
from corolle_gateway.northbound.intake import Intake
from corolle_gateway.northbound.mqtt import MqttClient
from corolle_gateway.northbound.outside import Orders, Outbox, Street
from corolle_gateway.northbound.publisher import Publisher
from corolle_gateway.northbound.status import Status, offline
from corolle_gateway.northbound.topics import Topics
from corolle_gateway.pending import Pending
from corolle_gateway.tasks import Tasks


class City:
    """Speaks with the city's broker. ConfigError when the password or a TLS file cannot be used."""

    def __init__(
        self,
        site: str,
        gateway: str,
        broker: BrokerConfig,
        clock: Clock,
        log: Log,
        counts: Counts,
        tasks: Tasks,
        outbox: Outbox,
        street: Street,
        orders: Orders,
        store_counts: Callable[[Counted], Pending[None]],
        room: Callable[[], object],
        alarms: Callable[[], bytes],
        home_assistant: HomeAssistantConfig,
        is_missed: Callable[[str], bool],
    ):
        self._tasks = tasks
        self._topics = Topics(site, gateway)
        self._will = offline(self._topics.status)
        self._client = MqttClient(
            "broker",
            f"corolle-{site}-{gateway}",
            broker,
            self._will,
            (self._topics.commands,),
            log,
            counts,
            lambda message: self._intake.take(message),
            self._connected,
        )
        self._publisher = Publisher(counts, self._client, self._topics, outbox, street)
        status = clock, counts, self._client, self._topics.status, store_counts, room
        self._status = Status(*status, self._client.ending)
        at_broker = self._client.acknowledge, self._client.begin_again
        self._intake = Intake(counts, tasks, self._topics, orders, *at_broker, self._status.save)
        self._alarms = AlarmList(self._client, self._topics.alarms, alarms)
        known = self._client, self._topics, street, is_missed
        self._telling: list[asyncio.Task[Any]] = []
        self._assistant = HomeAssistant(home_assistant, gateway, *known) if home_assistant.prefix else None
        # Called for each report: nobody is asked who is not there.
        self.changed = self._unit_changed if self._assistant else self._publisher.changed

    @property
    def is_connected(self) -> bool:
        """Whether there is a broker now."""
        return self._client.up.is_set()

    def start(self) -> None:
        """Begin to connect and to publish."""
        for run in (self._client.run, self._intake.run):
            self._tasks.keep(run)
        told = [self._publisher.run, self._status.keep, self._status.tell, self._alarms.tell]
        if self._assistant:
            told.append(self._assistant.tell)
        self._telling = [self._tasks.keep(run) for run in told]

    async def stop(self) -> None:
        """Say that the gateway is gone, and nothing after it; store the last counts."""
        for task in self._telling:
            task.cancel()
        await self._client.say_goodbye(self._will)
        self._publisher.forget()
        await self._status.save()

    def _connected(self) -> None:
        self._publisher.all_changed()
        self._status.say_again()
        self._alarms.say_again()
        if self._assistant:
            self._assistant.say_again()

    def alarms_changed(self) -> None:
        """An alarm was raised, acknowledged or cleared."""
        self._alarms.say_again()
        if self._assistant:
            self._assistant.look_again()

    def units_changed(self, units: Iterable[str]) -> None:
        """Units were entered, or are others than they were."""
        for unit in units:
            self._publisher.changed(unit)
        if self._assistant:
            self._assistant.say_again()

    def _unit_changed(self, unit: str) -> None:
        self._publisher.changed(unit)
        if self._assistant:
            self._assistant.heard(unit)
