"""What the ChirpStack link asks of the rest of the gateway."""

from asyncio import Event
from collections.abc import Callable
from typing import Any, Protocol

from corolle_gateway.model import Accepted, Arrival, ChirpstackSession, Downlink, Guard, Sent, Unit


class Message(Protocol):
    """An MQTT message of ChirpStack's broker."""

    @property
    def topic(self) -> str:
        """Its topic."""
        ...

    @property
    def payload(self) -> bytes:
        """What it says."""
        ...

    @property
    def number(self) -> int:
        """Its packet identifier; 0: QoS 0, which nobody acknowledges and nobody would bring again."""
        ...


class Broker(Protocol):
    """ChirpStack's broker, at QoS 1. `up` is set while it is connected."""

    up: Event

    @property
    def has_room(self) -> bool:
        """Whether a message can be sent now."""
        ...

    async def run(self) -> None:
        """Keep the connection, until cancelled."""
        ...

    def send(self, topic: str, payload: bytes, retain: bool, done: Callable[[], None]) -> None:
        """Publish; `done` is called at PUBACK. Only while there is room."""
        ...

    def acknowledge(self, message: Any) -> None:
        """The broker may forget a message; not before it is stored."""
        ...

    def begin_again(self, reason: str) -> None:
        """Leave and come back: what was not acknowledged comes again."""
        ...


class Receiver(Protocol):
    """Where uplinks go, and where downlinks come from."""

    def accept(self, arrivals: list[Arrival]) -> list[Accepted]:
        """Store uplinks, each if its guard allows; they are published after settle()."""
        ...

    def settle(self, message_id: int) -> None:
        """Nobody else is waited for: the message may go."""
        ...

    def next_downlink(self, unit: str, room: int) -> Downlink | None:
        """The next message for a unit that has just spoken, of at most `room` bytes."""
        ...

    def sent(self, downlink: Downlink, outcome: Sent) -> None:
        """What became of what next_downlink() gave."""
        ...


class Memory(Protocol):
    """What must survive."""

    async def units(self) -> list[Unit]:
        """All units."""
        ...

    async def sessions(self) -> list[ChirpstackSession]:
        """The last sessions of each unit, older ones first."""
        ...

    def advance(self, session: ChirpstackSession, f_cnt: int) -> Guard:
        """A guard that uses up a counter; False when not all before it are used up, or it is itself."""
        ...
