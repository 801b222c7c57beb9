"""What the BLE link asks of the rest of the gateway."""

from typing import Protocol

from corolle_gateway.model import Accepted, Arrival, Guard, Sensed, Unit


class Receiver(Protocol):
    """Where what units say goes."""

    def accept(self, arrivals: list[Arrival]) -> list[Accepted]:
        """Store uplinks, each if its guard allows; they are published after settle()."""
        ...

    def sense(self, sensed: Sensed, guard: Guard) -> Accepted:
        """Store what a unit's adverts said if `guard` allows; it is published after settle()."""
        ...

    def settle(self, message_id: int) -> None:
        """Nobody else is waited for: the message may go."""
        ...

    def near(self, unit: str) -> None:
        """The unit can be spoken to at this moment."""
        ...

    def reported_s(self, unit: str) -> float:
        """When the unit's last report came, over whichever link; 0 if it never sent one."""
        ...


class Memory(Protocol):
    """What must survive."""

    async def units(self) -> list[tuple[Unit, bytes]]:
        """All units with their AppKeys."""
        ...

    async def counters(self) -> dict[str, tuple[bytes, int]]:
        """Of each unit that was heard: the mark of its bind key, the last counter that was stored."""
        ...

    def advance(self, unit: str, key_mark: bytes, counter: int) -> Guard:
        """A guard that uses up an advert's counter."""
        ...
