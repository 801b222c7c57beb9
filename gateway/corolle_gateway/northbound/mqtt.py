"""The connection to a broker: MQTT 3.1.1 or 5, QoS 1, a session that the broker keeps.

Whether the broker is there or not is nobody else's business: the client comes back by itself, and sends again
what was under way. At most IN_FLIGHT messages are; the backlog is the store's.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from corolle_gateway.config import BrokerConfig
from corolle_gateway.counts import Counts
from corolle_gateway.errors import ConfigError
from corolle_gateway.log import Log
from corolle_gateway.northbound import packets, tls_dates
from corolle_gateway.northbound.connection import Connection
from corolle_gateway.northbound.dialect import DIALECTS, secrets
from corolle_gateway.northbound.packets import Answer, Incoming, RefusedError, Welcome, Will
from corolle_gateway.northbound.tls import Tls
from corolle_gateway.northbound.tls_dates import Ending

IN_FLIGHT = 40
_KEEPALIVE_S = 30
_CONNECT_S = 10.0  # DNS, TCP, TLS and CONNACK
_LOST_AFTER = 3  # times as long as a broker may be silent: then a PUBACK is not only late
_SILENT_S = 10.0  # a broker that acknowledges nothing for so long is left and asked anew
_LOOK_S = 1.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
_STABLE_S = 30.0  # a broker that drops each connection after less is not asked again at once
_GOODBYE_S = 2.0
_NUMBERS = 0xFFFF  # packet identifiers are 1 to 65535

_DAY_S = 86_400.0


class MqttClient:
    """One broker, again and again. ConfigError when the password or a TLS file cannot be used.

    Args:
        name: the broker's section in the configuration; what goes wrong with it is counted by that.
        receive: takes each message of the subscriptions; it must not raise.
        connected: called at each connection.
        silent_s: how long the broker may leave what was sent to it unanswered.
    """

    def __init__(
        self,
        name: str,
        client_id: str,
        broker: BrokerConfig,
        will: Will | None,
        subscriptions: tuple[str, ...],
        log: Log,
        counts: Counts,
        receive: Callable[[Incoming], None],
        connected: Callable[[], None] = lambda: None,
        silent_s: float = _SILENT_S,
    ):
        self._name = name
        self._log = log
        self._counts = counts
        self._broker = broker
        self._dialect = DIALECTS[broker.protocol]
        self._hello = self._dialect.connect(client_id, _KEEPALIVE_S, will, secrets(broker))
        self._subscriptions = subscriptions
        self._receive = receive
        self._connected = connected
        self._silent_s = silent_s
        self._tls = Tls(name, broker) if broker.tls else None
        self._remind_at_s = 0.0
        self._loop = asyncio.get_running_loop()
        self._connection: Connection | None = None
        self._number = 0
        self._under_way: dict[int, tuple[bytes, Callable[[], None]]] = {}  # in the order they were sent
        self._again: deque[int] = deque()  # of those: what this connection has had no room for yet
        self._limit = IN_FLIGHT  # how many may be under way, and how long one may be, at this broker
        self._longest = packets.LIMITLESS
        self._keepalive_s = _KEEPALIVE_S
        self._received: dict[int, Incoming] = {}  # by this connection, and not acknowledged yet
        self._room = asyncio.Event()
        self._oldest: int | None = None
        self._oldest_since_s = 0.0
        self._answered_s = 0.0  # when the broker answered last, or was first asked something since
        self.up = asyncio.Event()

    async def run(self) -> None:
        """Keep the connection, until cancelled."""
        self._log.info(f"{self._name}_connecting", host=self._broker.host, port=self._broker.port)
        pause_s = _FIRST_PAUSE_S
        while True:
            begun_s = self._loop.time()
            self._remind()
            try:
                connection = await self._connect()
            except (OSError, ConfigError) as error:  # also what TLS has against the broker's certificate
                self._counts.reject(f"{self._name}_unreachable", reason=await self._why(error))
            else:
                await self._attend(connection)
            if self._loop.time() - begun_s > _STABLE_S:
                pause_s = _FIRST_PAUSE_S
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    @property
    def has_room(self) -> bool:
        """Whether a message can be sent now."""
        return self._room.is_set()

    @property
    def under_way(self) -> int:
        """How many messages the broker has not acknowledged yet."""
        return len(self._under_way)

    async def room(self) -> None:
        """Wait until a message can be sent: there is a connection, and not too much is under way."""
        await self._room.wait()

    def send(self, topic: str, payload: bytes, retain: bool, done: Callable[[], None]) -> None:
        """Publish; `done` is called at PUBACK. Only while there is room."""
        number = self._next_number()
        packet = self._dialect.publish(number, topic, payload, retain)
        if len(packet) > self._longest:
            self._too_long(topic, len(packet))
            return
        if not self._under_way:
            self._answered_s = self._loop.time()
        self._under_way[number] = packet, done
        self._write(packet)
        if len(self._under_way) >= self._limit:
            self._room.clear()

    async def publish(self, topic: str, payload: bytes, retain: bool, done: Callable[[], None]) -> None:
        """Publish as soon as there is room; `done` is called at PUBACK."""
        while not self.has_room:
            await self.room()
        self.send(topic, payload, retain, done)

    def acknowledge(self, message: Incoming) -> None:
        """The broker may forget a message; not before it is stored.

        One that came by an earlier connection comes again by this one, perhaps under another number.
        """
        if self._received.get(message.number) is message:
            del self._received[message.number]
            self._write(packets.puback(message.number))

    def begin_again(self, reason: str) -> None:
        """Leave and come back: what was not acknowledged comes again by another connection alone."""
        if self._connection:
            self._connection.abandon(reason)

    async def say_goodbye(self, last_words: Will) -> None:
        """Publish this in place of the will and disconnect, if there is a connection.

        A broker that has not acknowledged it is left without a word, and publishes the will.
        """
        if not self.up.is_set():
            return
        said = asyncio.Event()
        try:
            async with asyncio.timeout(_GOODBYE_S):
                await self.publish(last_words.topic, last_words.payload, True, said.set)
                await said.wait()
        except TimeoutError:
            self._log.warning(f"{self._name}_silent")
        self._down()
        connection, self._connection = self._connection, None
        if connection:
            connection.close(packets.GOODBYE if said.is_set() else b"")

    def ending(self) -> Ending | None:
        """The first to end of this connection's certificates, if that is soon."""
        return tls_dates.ending(self._broker)

    async def _connect(self) -> Connection:
        """OSError (TimeoutError is one), or ConfigError of TLS files, when it cannot be made."""
        context, last_words = self._tls.context() if self._tls else None, self._dialect.complaint()
        async with asyncio.timeout(_CONNECT_S):
            _, connection = await self._loop.create_connection(
                lambda: Connection(self._take, last_words), self._broker.host, self._broker.port, ssl=context
            )
        return connection

    async def _why(self, error: Exception) -> str:
        if self._tls is None:
            return str(error)
        from corolle_gateway.northbound import tls_reasons  # reads certificates: two megabytes

        return await tls_reasons.why(self._tls, error)

    def _remind(self) -> None:
        """Once a day: a certificate is renewed by people, who have to hear of it before it ends."""
        if self._loop.time() < self._remind_at_s:
            return
        self._remind_at_s = self._loop.time() + _DAY_S
        if ending := self.ending():
            left = {"ends": ending.ends, "days_left": ending.days_left}
            self._counts.reject(f"{self._name}_certificate_ends", file=ending.file, **left)

    async def _attend(self, connection: Connection) -> None:
        """Look after a connection until it is lost."""
        self._connection = connection
        self._received.clear()
        self._oldest = None
        self._answered_s = self._loop.time()
        connection.write(self._hello)
        try:
            while not connection.lost.done():
                await asyncio.wait([connection.lost], timeout=_LOOK_S)
                self._look(connection)
        finally:
            self._down()
        if self._connection is connection:  # else it was we who said goodbye
            self._connection = None
            reason = await self._why(connection.error) if connection.error else connection.lost.result()
            self._counts.reject(f"{self._name}_lost", reason=reason)

    def _look(self, connection: Connection) -> None:
        self._remind()
        now_s = self._loop.time()
        waits = bool(self._under_way) or not self.up.is_set()
        is_silent = waits and now_s - self._answered_s > self._silent_s
        if is_silent or self._oldest_waits_s(now_s) > _LOST_AFTER * self._silent_s:
            self._counts.reject(f"{self._name}_silent", under_way=len(self._under_way))
            connection.abandon("it has not answered" if self.up.is_set() else self._dialect.UNANSWERED)
        elif now_s - self._answered_s > 2 * self._keepalive_s:
            connection.abandon("it has not answered a ping")
        elif now_s - connection.written_s > self._keepalive_s / 2:  # however much it says meanwhile
            connection.write(packets.PINGREQ)

    def _oldest_waits_s(self, now_s: float) -> float:
        """For how long the oldest under way has been that: its PUBACK may be lost, and with it its room."""
        oldest = next(iter(self._under_way), None)
        if oldest is None or oldest != self._oldest:
            self._oldest, self._oldest_since_s = oldest, now_s
        return now_s - self._oldest_since_s

    def _take(self, kind: int, body: bytes) -> None:
        """A packet of the broker's. Raises MqttError."""
        if kind == packets.PUBACK:
            if len(body) == 2:
                self._published(int.from_bytes(body, "big"))
            else:
                self._answered(self._dialect.answer(body))
        elif kind & 0xF0 == packets.PUBLISH:
            message = self._dialect.incoming(kind, body)
            if message.number:
                self._received[message.number] = message
            self._receive(message)
        elif kind == packets.CONNACK:
            self._accepted(self._dialect.welcome(body))
        elif kind == packets.SUBACK:
            self._listens(self._dialect.refused(body))
        elif kind == packets.DISCONNECT:
            raise RefusedError(f"the broker ends it: {self._dialect.farewell(body)}")
        self._answered_s = self._loop.time()

    def _accepted(self, welcome: Welcome) -> None:
        if welcome.refusal:
            self._counts.reject(f"{self._name}_refused", reason=welcome.refusal)
            raise RefusedError(f"it refuses: {welcome.refusal}")
        self._log.info(f"{self._name}_connected")
        self._counts.count(f"{self._name}_connections")
        self._limit = min(IN_FLIGHT, welcome.receive_maximum)
        self._longest = welcome.longest
        self._keepalive_s = welcome.keepalive_s or _KEEPALIVE_S
        self._write(self._dialect.subscribe(self._next_number(), self._subscriptions))
        self._send_again(welcome.has_session)
        self.up.set()
        self._note_room()
        self._connected()

    def _send_again(self, has_session: bool) -> None:
        """What was under way, as much of it as there is room for now; to a new session as if never sent."""
        for number, (packet, done) in list(self._under_way.items()):
            if len(packet) > self._longest:
                del self._under_way[number]
                self._too_long(f"number {number}", len(packet))
            else:
                self._under_way[number] = packets.again(packet, has_session), done
        self._again = deque(self._under_way)
        for _ in range(min(self._limit, len(self._again))):
            self._write(self._under_way[self._again.popleft()][0])

    def _listens(self, refusal: str) -> None:
        if refusal:
            self._counts.reject(f"{self._name}_refused", reason=refusal)
        else:
            self._log.debug(f"{self._name}_subscribed")

    def _published(self, number: int) -> None:
        known = self._under_way.pop(number, None)
        if known:
            self._go_on()
            known[1]()

    def _answered(self, answer: Answer) -> None:
        """A PUBACK that says more. A message that is refused is kept: the broker's rules may be mended."""
        if not answer.refusal:
            self._published(answer.number)
        elif answer.is_full:
            raise RefusedError(answer.refusal)
        elif known := self._under_way.pop(answer.number, None):
            topic = packets.topic_of(known[0])
            self._counts.reject(f"{self._name}_message_refused", topic=topic, reason=answer.refusal)
            self._go_on()

    def _go_on(self) -> None:
        """There is room for one more."""
        while self._again:
            if waiting := self._under_way.get(self._again.popleft()):
                self._write(waiting[0])
                break
        if not self._room.is_set():
            self._note_room()

    def _too_long(self, topic: str, length: int) -> None:
        """It is kept, like one that is refused."""
        limit = {"bytes": length, "at_most": self._longest}
        self._counts.reject(f"{self._name}_message_too_long", topic=topic, **limit)

    def _next_number(self) -> int:
        while True:
            self._number = self._number % _NUMBERS + 1
            if self._number not in self._under_way:
                return self._number

    def _note_room(self) -> None:
        if self.up.is_set() and len(self._under_way) < self._limit:
            self._room.set()
        else:
            self._room.clear()

    def _write(self, packet: bytes) -> None:
        if self._connection:
            self._connection.write(packet)

    def _down(self) -> None:
        self.up.clear()
        self._room.clear()
