"""What is looked at from outside while the gateway runs."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from corolle_gateway.alarm.alarm import Alarm
from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.logs.file import LogFile
from corolle_gateway.model import Unit
from corolle_gateway.store.writer import Writer


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
    is_missed: Callable[[str], bool]  # whether a unit is silent for too long, or was never heard
    alarms: Callable[[], list[Alarm]]  # that are open
    certificates: Callable[[], dict[Path, datetime]]  # until when each file of them is good
    log_file: LogFile | None

    def silent(self) -> list[Unit]:
        """Units of which nothing was heard for longer than they may be silent, or ever."""
        return [unit for unit in self.units().values() if self.is_missed(unit.name)]
