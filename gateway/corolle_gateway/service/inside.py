"""What is looked at from outside while the gateway runs."""

from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.logs.file import LogFile
from corolle_gateway.model import Unit, unix_s
from corolle_gateway.store.writer import Writer

SILENT_S = 3600.0  # a unit reports every quarter of an hour


class Room(Protocol):
    """How full the store is."""

    @property
    def used_mb(self) -> float: ...
    @property
    def max_mb(self) -> int: ...
    @property
    def unsent(self) -> int: ...
    @property
    def per_hour(self) -> int | None: ...
    @property
    def hours_left(self) -> float | None: ...


class Inside(Struct):
    """The rooms that are asked. Only in the event loop's thread."""

    site: str
    name: str
    clock: Clock
    counts: Counts
    writer: Writer
    units: Callable[[], dict[str, Unit]]
    latest: Callable[[], dict[str, dict[str, Any]]]  # the last report of each unit that has sent one
    room: Callable[[], Room | None]  # None until the store was looked at
    broker_up: Callable[[], bool]
    log_file: LogFile | None

    def silent(self) -> list[Unit]:
        """Units of which no report came for an hour, or never."""
        since_s, latest = self.clock.now() - SILENT_S, self.latest()
        return [
            unit
            for unit in self.units().values()
            if unit.name not in latest or unix_s(latest[unit.name]["time"]) < since_s
        ]
