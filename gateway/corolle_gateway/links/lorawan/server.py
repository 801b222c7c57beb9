"""The network server's front: each frame to whom it concerns, and copies of one frame together."""

from collections.abc import Iterable
from typing import Any

from corolle.wire import lorawan as wire
from corolle.wire.errors import FrameError

from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan.concentrators import Concentrators
from corolle_gateway.links.lorawan.dedup import Deduplicator, Heard
from corolle_gateway.links.lorawan.gwmp import Reception
from corolle_gateway.links.lorawan.joins import Joins
from corolle_gateway.links.lorawan.refused import Refused, refuse
from corolle_gateway.links.lorawan.uplinks import Frame, Uplinks
from corolle_gateway.pending import Pending
from corolle_gateway.tasks import Tasks


class NetworkServer:
    """Takes frames from concentrators. None of them, whatever is in it, makes it raise."""

    def __init__(
        self,
        counts: Counts,
        tasks: Tasks,
        concentrators: Concentrators,
        heard: Deduplicator,
        joins: Joins,
        uplinks: Uplinks,
    ):
        self._counts = counts
        self._tasks = tasks
        self._concentrators = concentrators
        self._heard = heard
        self._joins = joins
        self._uplinks = uplinks

    def receive(self, receptions: list[Reception]) -> list[Pending[Any] | None]:
        """Take frames: what the acknowledgement of each has to wait for, if anything."""
        waits: dict[bytes, Pending[Any]] = {}
        fresh: dict[bytes, list[Reception]] = {}
        for reception in receptions:
            self._concentrators.note_tmst(reception.gateway, reception.tmst)
            if known := self._heard.find(reception.phy):
                self._counts.count("duplicates")
                known.add(reception)
                waits[reception.phy] = known.stored
            elif copies := fresh.get(reception.phy):
                self._counts.count("duplicates")
                copies.append(reception)
            else:
                fresh[reception.phy] = [reception]
        first = self._first(fresh.values())
        self._heard.open(first)
        waits |= {heard.phy: heard.stored for heard in first}
        return [waits.get(reception.phy) for reception in receptions]

    def _first(self, fresh: Iterable[list[Reception]]) -> list[Heard]:
        """Frames that no concentrator has brought before, each by those that bring it now."""
        joins: list[Heard] = []
        frames: list[Frame] = []
        for receptions in fresh:
            try:
                kind = wire.kind_of(receptions[0].phy)
                if kind == wire.JOIN_REQUEST:
                    joins.append(self._joined(receptions))
                elif kind in (wire.UNCONFIRMED_UP, wire.CONFIRMED_UP):
                    frames.append(self._uplinks.authentic(receptions))
                else:
                    raise Refused("not_an_uplink")
            except (Refused, FrameError) as error:
                refuse(self._counts, receptions[0].gateway, error)
        return joins + self._uplinks.take(frames)

    def _joined(self, receptions: list[Reception]) -> Heard:
        joined = self._joins.admit(receptions[0].phy)
        return Heard(
            receptions[0].phy,
            receptions,
            joined,
            lambda receptions: self._tasks.start(self._joins.answer(joined, receptions)),
        )
