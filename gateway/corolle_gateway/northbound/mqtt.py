"""The connection to the city's broker, through paho.

Whether the broker is there or not is nobody else's business: the client comes back by itself, and sends again
what was under way. At most IN_FLIGHT messages are, for paho walks through all of them at each
acknowledgement; the backlog is the store's.
"""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from corolle_gateway.counts import Counts
from corolle_gateway.errors import ConfigError
from corolle_gateway.log import Log
from corolle_gateway.northbound.paho_loop import PahoLoop

IN_FLIGHT = 20
_GOODBYE_S = 2.0


class Will(Struct, frozen=True):
    """What the broker publishes, retained, when the gateway is gone."""

    topic: str
    payload: bytes


class Message(Struct, frozen=True):
    """A message from the broker. It is acknowledged by MqttClient.acknowledge()."""

    topic: str
    payload: bytes
    retained: bool
    number: int
    qos: int


class Secrets(Struct, frozen=True):
    """How the gateway proves who it is. The repr leaves the password out."""

    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"Secrets(user={self.user!r})"


class MqttClient:
    """One connection, MQTT 3.1.1, QoS 1, with a session that the broker keeps while the gateway is away.

    Args:
        receive: takes each message of the subscription; it must not raise.
        connected: called at each connection.
    """

    def __init__(
        self,
        client_id: str,
        will: Will,
        subscription: str,
        secrets: Secrets,
        log: Log,
        counts: Counts,
        receive: Callable[[Message], None],
        connected: Callable[[], None],
    ):
        self._log = log
        self._counts = counts
        self._subscription = subscription
        self._receive = receive
        self._connected = connected
        self.up = asyncio.Event()
        self._free = asyncio.Semaphore(IN_FLIGHT)
        self._under_way: dict[int, Callable[[], None]] = {}
        self._paho = Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
        )
        self._paho.max_inflight_messages_set(IN_FLIGHT)
        self._paho.will_set(will.topic, will.payload, qos=1, retain=True)
        if secrets.user is not None:
            self._paho.username_pw_set(secrets.user, secrets.password)
        self._paho.on_connect = self._on_connect
        self._paho.on_disconnect = self._on_disconnect
        self._paho.on_publish = self._on_publish
        self._paho.on_message = self._on_message
        self._paho_loop = PahoLoop(self._paho, self._unreachable)

    def use_tls(self, ca: Path | None, cert: Path | None, key: Path | None) -> None:
        """Verify the broker; show a certificate if there is one. ConfigError names the files."""
        try:
            context = ssl.create_default_context(cafile=ca)
            if cert:
                context.load_cert_chain(cert, key)
        except (OSError, ssl.SSLError) as error:
            files = ", ".join(str(path) for path in (ca, cert, key) if path)
            raise ConfigError(f"broker: TLS files {files} cannot be used: {error}") from error
        self._paho.tls_set_context(context)

    async def run(self, host: str, port: int) -> None:
        """Keep the connection, until cancelled."""
        await self._paho_loop.run(host, port)

    async def publish(self, topic: str, payload: bytes, retain: bool, done: Callable[[], None]) -> None:
        """Publish as soon as there is a connection and room; `done` is called at PUBACK."""
        await self._free.acquire()
        await self.up.wait()
        number = self._paho.publish(topic, payload, qos=1, retain=retain).mid
        self._under_way[number] = done

    def acknowledge(self, message: Message) -> None:
        """The broker may forget a message; not before it is stored."""
        self._paho.ack(message.number, message.qos)

    async def say_goodbye(self, last_words: Will) -> None:
        """Publish this in place of the will and disconnect, if there is a connection."""
        if not self.up.is_set():
            return
        said = asyncio.Event()
        try:
            async with asyncio.timeout(_GOODBYE_S):
                await self.publish(last_words.topic, last_words.payload, True, said.set)
                await said.wait()
        except TimeoutError:
            self._log.warning("broker_silent")
        self.up.clear()
        self._paho.disconnect()
        self._paho.loop_write()

    def _on_connect(
        self, client: Client, userdata: Any, flags: ConnectFlags, code: ReasonCode, _: Properties | None
    ) -> None:
        if code.is_failure:
            self._counts.reject("broker_refused", reason=code)
            return
        client.subscribe(self._subscription, qos=1)
        self._log.info("broker_connected")
        self._counts.count("broker_connections")
        self.up.set()
        self._connected()

    def _on_disconnect(
        self, client: Client, userdata: Any, flags: DisconnectFlags, code: ReasonCode, _: Properties | None
    ) -> None:
        if self.up.is_set():
            self._log.warning("broker_lost", reason=code)
        self.up.clear()

    def _on_publish(
        self, client: Client, userdata: Any, number: int, code: ReasonCode, properties: Properties
    ) -> None:
        done = self._under_way.pop(number, None)
        if done:
            self._free.release()
            done()

    def _on_message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        payload = bytes(message.payload)
        self._receive(Message(message.topic, payload, message.retain, message.mid, message.qos))

    def _unreachable(self, reason: str) -> None:
        self._counts.reject("broker_unreachable", reason=reason)
