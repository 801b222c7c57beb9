"""What the console asks of the rest of the gateway."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from msgspec import Struct

from corolle_gateway.alarm.alarm import Alarm
from corolle_gateway.model import Command, Unit

Body = dict[str, Any]
Tap = Callable[[int, str], None]  # a level's number in log.LEVELS, and a line with its end


class UnitNow(Struct, frozen=True):
    """A unit as the gateway knows it now."""

    unit: Unit
    report: Body | None  # its last one, as published
    heard_s: float  # when that came; 0: never
    is_near: bool  # in reach of the gateway's own Bluetooth
    is_missed: bool  # nothing was heard of it for longer than it may be silent, or ever


class LinkNow(Struct, frozen=True):
    """One way to units or to the city."""

    kind: str  # concentrator | bluetooth | broker | chirpstack
    name: str
    is_up: bool
    heard_s: float | None = None  # when something last came; None: not told of this kind


class OutboxNow(Struct, frozen=True):
    """What waits for the city. None: not known yet."""

    waiting: int
    oldest_s: float | None  # when the oldest of them was made
    used_mb: float | None
    max_mb: int
    per_hour: int | None
    hours_left: float | None


class OrderRefused(ValueError):
    """The gateway does not take an order. `cause` is what it was counted by, the text is in English."""

    def __init__(self, cause: str, reason: str):
        super().__init__(reason)
        self.cause = cause


class NotNear(Exception):
    """A unit could not be spoken with over Bluetooth; `cause` is what that was counted by."""

    def __init__(self, cause: str):
        super().__init__(cause)
        self.cause = cause


class Crew(Protocol):
    """Questions and actions. What reads or writes the store raises sqlite3.Error when it cannot be used."""

    site: str
    name: str
    version: str

    def now(self) -> float:
        """Unix seconds."""
        ...

    def names(self) -> list[str]:
        """All units."""
        ...

    def groups(self) -> list[str]:
        """All groups and sites."""
        ...

    def members(self, name: str) -> list[Unit]:
        """The units that go by a name, their own or a group's; none when nobody knows it."""
        ...

    def unit(self, name: str) -> UnitNow:
        """KeyError for one that is not registered."""
        ...

    def links(self) -> list[LinkNow]:
        """All ways there are."""
        ...

    async def outbox(self) -> OutboxNow:
        """What waits for the city."""
        ...

    async def told(self, unit: str, kinds: tuple[str, ...], most: int) -> list[Body]:
        """The last messages of a unit, the newest first."""
        ...

    async def commands(self, unit: str | None, most: int) -> list[Command]:
        """The last orders to a unit, or to any; the newest first."""
        ...

    async def command(self, unit: str, command_id: str) -> Command | None:
        """An order as it stands."""
        ...

    async def standing(self, group: str, order_id: str) -> dict[str, int]:
        """How many units of a group have come how far with an order, by status."""
        ...

    async def order(self, name: str, verb: str, value: int, for_s: float, author: str) -> str:
        """Give an order to a unit, or to all of a group; its id. OrderRefused."""
        ...

    async def self_test(self, unit: str) -> str:
        """What a unit that is near finds about itself: lines "part=finding". NotNear."""
        ...

    async def verdict(self, unit: str) -> str:
        """What a unit that is near has found at the last test of its parts: lines "part=found". NotNear."""
        ...

    def alarms(self) -> list[Alarm]:
        """Those that are open, the gravest first."""
        ...

    async def acknowledge(self, number: int, author: str, note: str) -> Alarm:
        """Somebody knows of an alarm; as it is then. OrderRefused."""
        ...

    def sieve(self, unit: str | None, level: str, text: str | None) -> Callable[[str], bool | None]:
        """Says of a line of the log, its end taken off, whether it is wanted."""
        ...

    def earlier(self, filters: dict[str, str]) -> Awaitable[list[str]]:
        """The last lines of the log up to now, oldest first; ValueError: `since` is no time."""
        ...

    def tap(self, tap: Tap) -> None:
        """Have `tap` take each line of the log from now on."""
        ...

    def untap(self, tap: Tap) -> None:
        """It takes no more."""
        ...
