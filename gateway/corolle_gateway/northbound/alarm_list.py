"""The open alarms on a retained topic: for whoever comes new, and for whoever counts them."""

import asyncio
from collections.abc import Callable

from corolle_gateway.northbound.mqtt import MqttClient

_PAUSE_S = 1.0


class AlarmList:
    """Published when it has changed, at most once a second. `body` gives it as it is now."""

    def __init__(self, client: MqttClient, topic: str, body: Callable[[], bytes]):
        self._client = client
        self._topic = topic
        self._body = body
        self._news = asyncio.Event()

    def say_again(self) -> None:
        """It has changed, or the broker may have forgotten it."""
        self._news.set()

    async def tell(self) -> None:
        """Publish it, until cancelled."""
        while True:
            await self._news.wait()
            await self._client.up.wait()
            self._news.clear()
            await self._client.publish(self._topic, self._body(), True, _nothing)
            await asyncio.sleep(_PAUSE_S)


def _nothing() -> None:
    return None
