"""The network server's front: each frame to whom it concerns, and copies of one frame together."""

from typing import Any

from corolle.wire import lorawan as wire
from corolle.wire.errors import FrameError

from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan.concentrators import Concentrators
from corolle_gateway.links.lorawan.dedup import Deduplicator, Heard
from corolle_gateway.links.lorawan.gwmp import Reception
from corolle_gateway.links.lorawan.joins import Joins
from corolle_gateway.links.lorawan.refused import Refused, Revoked, frame_cause
from corolle_gateway.links.lorawan.uplinks import Uplinks
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

    def receive(self, reception: Reception) -> Pending[Any] | None:
        """Take a frame: what its acknowledgement has to wait for, if anything."""
        self._concentrators.note_tmst(reception.gateway, reception.tmst)
        known = self._heard.find(reception.phy)
        if known:
            self._counts.count("duplicates")
            known.receptions.append(reception)
            return known.stored
        try:
            heard = self._first(reception)
        except Revoked as revoked:
            self._counts.reject(revoked.cause, gateway=reception.gateway, unit=revoked.unit)
        except Refused as refused:
            self._counts.reject(refused.cause, gateway=reception.gateway)
        except FrameError as error:
            self._counts.reject(frame_cause(error.cause), gateway=reception.gateway)
        else:
            self._heard.open(heard)
            return heard.stored
        return None

    def _first(self, reception: Reception) -> Heard:
        kind = wire.kind_of(reception.phy)
        if kind == wire.JOIN_REQUEST:
            joined = self._joins.admit(reception.phy)
            return Heard(
                reception.phy,
                [reception],
                joined,
                lambda receptions: self._tasks.start(self._joins.answer(joined, receptions)),
            )
        if kind in (wire.UNCONFIRMED_UP, wire.CONFIRMED_UP):
            return self._uplinks.take(reception)
        raise Refused("not_an_uplink")
