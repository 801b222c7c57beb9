"""Keeps the store within its bounds, and says for how many hours it still has room."""

import sqlite3
from collections import deque

from msgspec import Struct

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.log import Log
from corolle_gateway.store import bounds, spare
from corolle_gateway.store.bounds import Fill, Forgetting, Thinning
from corolle_gateway.store.writer import Writer

_LOOK_S = 10.0
_LOOKS_AN_HOUR = 360
_LOOKS_A_COPY = 6 * _LOOKS_AN_HOUR
_AT_A_TIME = 256  # few enough to keep nobody waiting
_ROOM_AGAIN = 0.98  # once over the limit, so far below it
_MB = 1_000_000
_COPIES = 2  # of a message that waits: the journal has it as well
_WARN_H = 24.0
_KINDS = ("reports", "services", "readings")  # what may be given up


class Room(Struct, frozen=True):
    """What the status says of the store."""

    used_mb: float
    max_mb: int
    unsent: int
    per_hour: int | None  # messages, at the present rate; None: not known yet
    hours_left: float | None  # until a report the city has not got would have to go; None: nothing comes

    @property
    def is_short(self) -> bool:
        """Whether less than a day is left while the city takes nothing."""
        return bool(self.unsent) and self.hours_left is not None and self.hours_left < _WARN_H


class Keeper:
    """Looks at the store every ten seconds. Ages are hours of service, so no clock can make a message old."""

    def __init__(self, clock: Clock, log: Log, counts: Counts, writer: Writer, max_mb: int, keep_days: int):
        self._clock = clock
        self._log = log
        self._counts = counts
        self._writer = writer
        self._max_mb = max_mb
        self._keep_hours = 24 * keep_days
        self._seen: deque[int] = deque(maxlen=_LOOKS_AN_HOUR + 1)  # the last message at each look
        self._looks = 0
        self._hour_ends = _LOOKS_AN_HOUR  # after so many looks
        self._forgetting = Forgetting()
        self._forgotten_at: int | None = (
            None  # how many were published when the city had none of what is kept
        )
        self._thinning = Thinning()
        self._warned = False
        self._has_given_up = False
        self.room: Room | None = None

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except (sqlite3.Error, OSError):
                pass  # counted by the writer; the next look may find the disk mended
            await self._clock.sleep(_LOOK_S)

    async def look(self) -> None:
        """Look once, and make room if need be. sqlite3.Error or OSError when the store cannot be used."""
        if self._looks == self._hour_ends:  # a run that was shorter adds none: no restart makes a message old
            await self._writer.submit(bounds.begin_hour)
            self._hour_ends += _LOOKS_AN_HOUR
        if self._looks % _LOOKS_AN_HOUR == 0:
            await self._expire()
        if self._looks % _LOOKS_A_COPY == 0:
            while await self._writer.submit(spare.refresh):
                pass
        self._looks += 1
        fill = await self._writer.submit(bounds.fill)
        if fill.used_bytes > self._max_mb * _MB:
            fill = await self._make_room()
        self._seen.append(fill.last_message)
        self.room = self._measured(fill)
        self._warn(self.room)

    async def _expire(self) -> None:
        up_to = await self._writer.submit(lambda db: bounds.older_than(db, self._keep_hours))
        if not up_to:
            return
        self._forgetting = self._forgetting.anew()
        while not self._forgetting.is_over:
            await self._forget(up_to)
        while n := await self._writer.submit(lambda db: bounds.expire(db, up_to, _AT_A_TIME)):
            self._counts.count("reports_expired", n)
            self._give_up("expired")

    async def _make_room(self) -> Fill:
        """What the city has goes first; what waits for it is thinned, the oldest first, again and again."""
        published = self._counts.done.get("published", 0)
        self._forgetting = self._forgetting.anew()
        fruitless = 0
        while (fill := await self._writer.submit(bounds.fill)).used_bytes > _ROOM_AGAIN * self._max_mb * _MB:
            if published != self._forgotten_at:
                await self._forget(None)
                self._forgotten_at = published if self._forgetting.is_over else None
            elif await self._thin():
                fruitless = 0
            elif (fruitless := fruitless + 1) > 1:  # not even from the beginning
                self._counts.reject("store_over_limit", used_mb=fill.used_bytes // _MB)
                break
        return fill

    async def _forget(self, up_to: int | None) -> None:
        """Forget some of what the city has, if the pass comes upon any."""
        n = 0
        while not n and not self._forgetting.is_over:
            at = self._forgetting
            n, self._forgetting = await self._writer.submit(
                lambda db, at=at: bounds.forget(db, at, up_to, _AT_A_TIME)
            )
        if n:
            self._counts.count("reports_forgotten", n)

    async def _thin(self) -> int:
        """How many went; a pass that has ended, with 0, begins anew."""
        n = 0
        while not n:
            at = self._thinning
            n, self._thinning = await self._writer.submit(lambda db, at=at: bounds.thin(db, at, _AT_A_TIME))
            if not self._thinning.after:
                break
        if n:
            self._counts.count("reports_thinned", n)
            self._give_up("thinned")
        return n

    def _measured(self, fill: Fill) -> Room:
        done = self._counts.done
        gone = sum(done.get(f"reports_{way}", 0) for way in ("forgotten", "thinned", "expired"))
        acknowledged = max(0, sum(done.get(kind, 0) for kind in _KINDS) - gone - fill.unsent)
        kept_bytes = max(0.0, fill.used_bytes - acknowledged * fill.message_bytes)
        left_bytes = max(0.0, self._max_mb * _MB - kept_bytes)
        looks = len(self._seen) - 1
        per_hour = (self._seen[-1] - self._seen[0]) * _LOOKS_AN_HOUR / looks if looks else None
        hours_left = self._hours_left(fill, left_bytes, (per_hour or 0) * fill.message_bytes)
        return Room(
            used_mb=round(fill.used_bytes / _MB, 1),
            max_mb=self._max_mb,
            unsent=fill.unsent,
            per_hour=None if per_hour is None else round(per_hour),
            hours_left=None if hours_left is None else round(hours_left, 1),
        )

    def _hours_left(self, fill: Fill, left_bytes: float, bytes_an_hour: float) -> float | None:
        """Until the first of them ends: the days a report is kept, the store's room, the disk's."""
        ends: list[float] = []
        if bytes_an_hour or fill.waited_hours is not None:
            hours = self._keep_hours - (fill.waited_hours or 0)
            ends.append(max(0.0, hours + (self._hour_ends - self._looks) / _LOOKS_AN_HOUR))
        if bytes_an_hour:
            ends += [left_bytes / bytes_an_hour, fill.disk_bytes / (_COPIES * bytes_an_hour)]
        return min(ends, default=None)

    def _give_up(self, way: str) -> None:
        """Say so of the first reports of an outage that the city never gets."""
        if not self._has_given_up:
            self._has_given_up = True
            self._log.warning("reports_given_up", way=way)

    def _warn(self, room: Room) -> None:
        """Once, when less than a day is left and the city takes nothing; once more when it is over."""
        self._has_given_up = self._has_given_up and room.is_short
        if room.is_short != self._warned:
            self._warned = room.is_short
            write = self._log.warning if room.is_short else self._log.info
            event = "store_filling" if room.is_short else "store_has_room"
            write(event, hours_left=room.hours_left, unsent=room.unsent)
