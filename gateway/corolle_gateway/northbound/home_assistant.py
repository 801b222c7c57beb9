"""Home Assistant is told what there is to discover, and which units answer; all of it retained."""

import asyncio
from collections.abc import Callable

from msgspec import json

from corolle_gateway.config import HomeAssistantConfig
from corolle_gateway.northbound import home_assistant_units as units
from corolle_gateway.northbound.mqtt import MqttClient
from corolle_gateway.northbound.outside import Street
from corolle_gateway.northbound.topics import Topics


class HomeAssistant:
    """Only where the configuration has a prefix. `is_missed` says of a unit that nothing is heard of it."""

    def __init__(
        self,
        settings: HomeAssistantConfig,
        name: str,
        client: MqttClient,
        topics: Topics,
        street: Street,
        is_missed: Callable[[str], bool],
    ):
        self._settings = settings
        self._name = name
        self._own = f"corolle_{topics.site}_{name}".replace(".", "_")  # a topic's level, of few characters
        self._client = client
        self._topics = topics
        self._street = street
        self._is_missed = is_missed
        self._told: dict[str, bool] = {}  # which units answer, as it was said last
        self._is_new = True  # the broker may have forgotten all of it
        self._news = asyncio.Event()

    def say_again(self) -> None:
        """There is a broker, which may be a new one."""
        self._is_new = True
        self._news.set()

    def look_again(self) -> None:
        """Somebody may have fallen silent, or was heard again."""
        self._news.set()

    def heard(self, unit: str) -> None:
        """A unit has reported."""
        if not self._told.get(unit):
            self._news.set()

    async def tell(self) -> None:
        """Publish it, until cancelled."""
        while True:
            await self._news.wait()
            await self._client.up.wait()
            self._news.clear()
            if self._is_new:
                self._is_new = False
                self._told.clear()
                await self._introduce()
            for name in list(self._street.units):
                await self._say_whether_it_answers(name)

    async def _introduce(self) -> None:
        language = self._settings.language
        await self._publish(self._own, units.gateway(self._name, self._own, self._topics, language))
        for unit in list(self._street.units.values()):
            body = units.device(unit, self._topics, self._own, language)
            await self._publish(units.object_id(unit), body)

    async def _publish(self, object_id: str, body: units.Body) -> None:
        topic = f"{self._settings.prefix}/device/{object_id}/config"
        await self._client.publish(topic, json.encode(body), True, _nothing)

    async def _say_whether_it_answers(self, name: str) -> None:
        """Who was never heard does not answer yet."""
        answers = name in self._street.latest and not self._is_missed(name)
        if self._told.get(name) is answers:
            return
        self._told[name] = answers
        body = json.encode({"unit": name, "state": "online" if answers else "offline"})
        await self._client.publish(self._topics.of(name, "availability"), body, True, _nothing)


def _nothing() -> None:
    return None
