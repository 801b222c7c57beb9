"""The connection to the city's broker. paho runs it in a thread of its own; everything else is in ours.

Whether the broker is there or not is nobody else's business: paho comes back by itself, with a growing pause,
and sends again what was under way. At most IN_FLIGHT messages are, for paho walks through all of them at each
acknowledgement; the backlog is the store's.
"""

import asyncio
import ssl
from collections import deque
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

IN_FLIGHT = 20
_KEEPALIVE_S = 30
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1, 60
_GOODBYE_S = 2.0
_UNREACHABLE = "unreachable"


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
        receive: takes each message of the subscription, in the event loop.
        connected: called in the event loop at each connection.
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
        self._done: deque[int] = deque()
        self._loop = asyncio.get_running_loop()
        self._paho = Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
        )
        self._paho.max_inflight_messages_set(IN_FLIGHT)
        self._paho.reconnect_delay_set(_FIRST_PAUSE_S, _LONGEST_PAUSE_S)
        self._paho.will_set(will.topic, will.payload, qos=1, retain=True)
        if secrets.user is not None:
            self._paho.username_pw_set(secrets.user, secrets.password)
        self._paho.on_connect = self._on_connect
        self._paho.on_connect_fail = self._on_connect_fail
        self._paho.on_disconnect = self._on_disconnect
        self._paho.on_publish = self._on_publish
        self._paho.on_message = self._on_message

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

    def start(self, host: str, port: int) -> None:
        """Begin to connect, now and whenever the connection is lost."""
        self._paho.connect_async(host, port, _KEEPALIVE_S)
        self._paho.loop_start()

    async def publish(self, topic: str, payload: bytes, retain: bool, done: Callable[[], None]) -> None:
        """Publish as soon as there is a connection and room; `done` is called at PUBACK."""
        await self._free.acquire()
        await self.up.wait()
        number = self._paho.publish(topic, payload, qos=1, retain=retain).mid
        self._under_way[number] = done

    def acknowledge(self, message: Message) -> None:
        """The broker may forget a message; not before it is stored."""
        self._paho.ack(message.number, message.qos)

    async def stop(self, last_words: Will) -> None:
        """Say goodbye in place of the will, disconnect, and end paho's thread."""
        if self.up.is_set():
            said = self._paho.publish(last_words.topic, last_words.payload, qos=1, retain=True)
            await self._loop.run_in_executor(None, said.wait_for_publish, _GOODBYE_S)
        self._paho.disconnect()
        await self._loop.run_in_executor(None, self._paho.loop_stop)

    # Below, paho's thread. It must not touch what is ours, only tell the event loop.

    def _on_connect(
        self, client: Client, userdata: Any, flags: ConnectFlags, code: ReasonCode, _: Properties | None
    ) -> None:
        if code.is_failure:
            self._tell(self._refused, str(code))
        else:
            client.subscribe(self._subscription, qos=1)
            self._tell(self._is_up)

    def _on_connect_fail(self, client: Client, userdata: Any) -> None:
        self._tell(self._refused, _UNREACHABLE)

    def _on_disconnect(
        self, client: Client, userdata: Any, flags: DisconnectFlags, code: ReasonCode, _: Properties | None
    ) -> None:
        self._tell(self._is_down, str(code))

    def _on_publish(
        self, client: Client, userdata: Any, number: int, code: ReasonCode, properties: Properties
    ) -> None:
        self._done.append(number)
        if len(self._done) == 1:
            self._tell(self._acknowledged)

    def _on_message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        received = Message(message.topic, bytes(message.payload), message.retain, message.mid, message.qos)
        self._tell(self._receive, received)

    def _tell(self, what: Callable[..., None], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, *arguments)

    # And below, the event loop again.

    def _is_up(self) -> None:
        self._log.info("broker_connected")
        self._counts.count("broker_connections")
        self.up.set()
        self._connected()

    def _is_down(self, reason: str) -> None:
        if self.up.is_set():
            self._log.warning("broker_lost", reason=reason)
        self.up.clear()

    def _refused(self, reason: str) -> None:
        cause = "broker_unreachable" if reason == _UNREACHABLE else "broker_refused"
        self._counts.reject(cause, reason=reason)

    def _acknowledged(self) -> None:
        while self._done:
            done = self._under_way.pop(self._done.popleft(), None)
            if done:
                self._free.release()
                done()
