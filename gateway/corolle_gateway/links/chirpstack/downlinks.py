"""Messages for ChirpStack's queues, each followed until a concentrator has it or it has expired there.

MQTT can neither empty such a queue nor look into it, so nothing lies there that need not: what waits for a
unit waits here, where a newer order takes its place, and each message tells ChirpStack when it is too old.
"""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Callable

from corolle.wire import eu868
from msgspec import Struct, json

from corolle_gateway.clock import Clock, is_set, wait_for
from corolle_gateway.counts import Counts
from corolle_gateway.links.chirpstack.outside import Broker, Receiver
from corolle_gateway.model import Downlink, Sent, Unit, iso_utc
from corolle_gateway.tasks import Tasks

_ROOM = eu868.max_payload(0)  # in whichever window, at whichever data rate
# ChirpStack looks into the queues of class C each second, but leaves 5 s between two frames.
_AT_ONCE_S = 30.0


class _Command(Struct, frozen=True, rename="camel", omit_defaults=True):
    """DownlinkCommand of integration.proto. Versions before 4.14 do not read `expires_at`."""

    id: str
    dev_eui: str
    confirmed: bool
    f_port: int
    data: bytes
    expires_at: str | None = None


class _Item(Struct):
    """A message in a unit's queue, and how it was given to ChirpStack."""

    downlink: Downlink
    topic: str
    command: bytes
    over: asyncio.Event
    outcome: Sent


class Downlinks:
    """What is under way to each unit. `next_report_s`: within how many seconds it speaks again."""

    def __init__(
        self,
        clock: Clock,
        counts: Counts,
        tasks: Tasks,
        receiver: Receiver,
        broker: Broker,
        next_report_s: Callable[[Unit], float],
    ):
        self._clock = clock
        self._counts = counts
        self._tasks = tasks
        self._receiver = receiver
        self._queued: defaultdict[str, dict[str, _Item]] = defaultdict(dict)  # by unit and id
        self._broker = broker
        self._next_report_s = next_report_s

    async def send_now(self, application: str | None, downlink: Downlink) -> Sent:
        """Send to a unit that always listens."""
        return await self._send(application, downlink, _AT_ONCE_S)

    def answer(self, application: str, unit: Unit) -> None:
        """The unit has spoken, and listens for a moment: tell it what waits for that."""
        downlink = self._receiver.next_downlink(unit.name, _ROOM)
        if downlink is None:
            return
        if any(item.downlink == downlink for item in self._queued[unit.name].values()):
            self._receiver.sent(downlink, Sent(False, "queued"))  # it is there since the uplink before
        else:
            self._tasks.start(self._follow(application, downlink))

    def told(self, unit: Unit, item_id: str, outcome: Sent) -> None:
        """ChirpStack says what became of a message; of one that nobody waits for any more, too late."""
        item = self._queued[unit.name].get(item_id)
        if item:
            item.outcome = outcome
            item.over.set()

    def joined(self, unit: Unit) -> None:
        """The unit has joined anew, at which ChirpStack empties its queue, or does not: its profile says so.

        Nobody tells. So all is given once more as it was: an id can be there once, and what still lies there
        is refused.
        """
        for item_id, item in list(self._queued[unit.name].items()):
            if self._broker.has_room:
                self._broker.send(item.topic, item.command, False, _nothing)
            else:
                self.told(unit, item_id, Sent(False, "unreachable"))

    async def _follow(self, application: str, downlink: Downlink) -> None:
        # Who has just spoken hears what comes within a second; what comes too late, after the next uplink.
        for_s = self._next_report_s(downlink.unit)
        self._receiver.sent(downlink, await self._send(application, downlink, for_s))

    async def _send(self, application: str | None, downlink: Downlink, for_s: float) -> Sent:
        unit = downlink.unit
        if application is None:
            return self._counted(Sent(False, "not_joined"), unit)
        if not self._broker.has_room:
            return self._counted(Sent(False, "unreachable"), unit)
        for_s = min(for_s, downlink.until_s - self._clock.now())
        item_id, topic = str(uuid.uuid4()), f"application/{application}/device/{unit.dev_eui}/command/down"
        command = self._command(item_id, downlink, for_s)
        item = _Item(downlink, topic, command, asyncio.Event(), Sent(False, "no_tx_ack"))
        self._broker.send(topic, command, False, _nothing)
        self._queued[unit.name][item_id] = item
        try:
            await wait_for(item.over, self._clock, for_s)
        finally:
            del self._queued[unit.name][item_id]
        return self._counted(item.outcome, unit)

    def _command(self, item_id: str, downlink: Downlink, for_s: float) -> bytes:
        # By a clock that is not set yet all would have expired long ago.
        expires_at = iso_utc(self._clock.now() + for_s) if is_set(self._clock) else None
        eui, port, data = downlink.unit.dev_eui, downlink.port, downlink.payload
        return json.encode(_Command(item_id, eui, False, port, data, expires_at))

    def _counted(self, outcome: Sent, unit: Unit) -> Sent:
        if outcome.ok:
            self._counts.count("downlinks")
        else:
            self._counts.reject(f"downlink_{outcome.reason}", unit=unit.name)
        return outcome


def _nothing() -> None:
    return None
