"""The LoRaWAN link, put together."""

import msgspec
from msgspec.structs import replace

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan.agreeing import Agreeing
from corolle_gateway.links.lorawan.answers import Answers
from corolle_gateway.links.lorawan.concentrators import Concentrator, Concentrators
from corolle_gateway.links.lorawan.confirmations import Confirmations
from corolle_gateway.links.lorawan.dedup import Deduplicator
from corolle_gateway.links.lorawan.downlinks import Downlinks
from corolle_gateway.links.lorawan.endpoint import Endpoint
from corolle_gateway.links.lorawan.groups import Groups
from corolle_gateway.links.lorawan.joins import Joins
from corolle_gateway.links.lorawan.outside import Memory, Receiver
from corolle_gateway.links.lorawan.server import NetworkServer
from corolle_gateway.links.lorawan.sessions import Session, Sessions
from corolle_gateway.links.lorawan.terms import Terms
from corolle_gateway.links.lorawan.upkeep import AdrRule, Upkeep
from corolle_gateway.links.lorawan.uplinks import Uplinks
from corolle_gateway.log import Log
from corolle_gateway.model import Downlink, Sent, SessionRecord, Unit, UnitsChange
from corolle_gateway.tasks import Tasks


class LorawanLink:
    """A network server on a UDP port. `start` raises OSError when the port cannot be had."""

    def __init__(
        self,
        clock: Clock,
        log: Log,
        counts: Counts,
        tasks: Tasks,
        memory: Memory,
        receiver: Receiver,
        net_id: int,
        power_dbm: int,
        rule: AdrRule,
        wish: Terms,
    ):
        self._log = log
        self._counts = counts
        self._tasks = tasks
        self._memory = memory
        self._sessions = Sessions()
        concentrators = self._concentrators = Concentrators(clock, log, counts)
        self._heard = Deduplicator(clock, concentrators.alone)
        self._downlinks = Downlinks(clock, counts, memory, concentrators, power_dbm)
        self._joins = Joins(log, counts, memory, self._sessions, self._downlinks, net_id, wish)
        self._groups = Groups(clock, memory, self._sessions, self._downlinks, net_id, wish)
        upkeep = Upkeep(clock, log, counts, memory, rule, Agreeing(clock, log, counts, wish))
        confirmations = Confirmations(clock, counts, receiver)
        ways = self._sessions, self._downlinks, self._groups, upkeep, confirmations
        self._answers = Answers(clock, memory, receiver, *ways)
        rooms = clock, counts, tasks, memory, receiver
        uplinks = Uplinks(*rooms, self._sessions, self._heard, self._answers, upkeep)
        server = NetworkServer(counts, tasks, concentrators, self._heard, self._joins, uplinks)
        self.endpoint = Endpoint(concentrators, counts, server.receive)
        self._downlinks.endpoint = self.endpoint

    async def start(self, bind: str, port: int) -> None:
        """Go on where an earlier run stopped, and open the port."""
        units = await self._memory.units()
        self._joins.load(units)
        by_name = {unit.name: unit for unit, _ in units}
        for record in await self._memory.sessions():
            self._sessions.add(self._session(by_name[record.unit], record))
            self._concentrators.expect(record.gateway)
        await self._groups.load(units)
        await self._downlinks.load()
        self.endpoint.open(bind, port)
        self._tasks.keep(self._heard.run)
        self._log.info("lorawan_listening", bind=bind, port=port, units=len(units))

    def _session(self, unit: Unit, record: SessionRecord) -> Session:
        """A session goes on, also where what was known of its way through the air cannot be read."""
        try:
            return Session(unit, record)
        except msgspec.DecodeError:
            self._counts.reject("link_unreadable", unit=unit.name)
            return Session(unit, replace(record, link=b""))

    async def follow(self, change: UnitsChange) -> None:
        """Other units are known. sqlite3.Error when the store cannot be read."""
        self._joins.load(change.everyone)
        self._sessions.follow(change)
        await self._groups.load(change.everyone)

    def stop(self) -> None:
        """Take no more frames."""
        self.endpoint.close()

    def clock_jumped(self, by_s: float) -> None:
        """The clock was set forward or back."""
        self._concentrators.clock_jumped()
        if by_s > 0:
            self._downlinks.clock_set_forward(by_s)

    def hears(self) -> bool:
        """Whether units can be heard at all."""
        return self._concentrators.any_heard()

    def missing(self) -> list[str]:
        """The EUIs of the concentrators that were there and are gone."""
        return self._concentrators.missing()

    def concentrators(self) -> list[Concentrator]:
        """All that were heard since the start."""
        return self._concentrators.everyone()

    async def send_now(self, downlink: Downlink) -> Sent:
        """Send to a class C unit at once."""
        return await self._answers.send_now(downlink)

    async def members(self, group: str) -> set[str]:
        """The units that hear what a group is told; what has no key yet gets one. sqlite3.Error."""
        return await self._groups.members(group)

    async def send_group(self, group: str, payload: bytes) -> Sent:
        """Tell a group an order. sqlite3.Error when its counter cannot be kept."""
        return await self._groups.send(group, payload)

    def doubt(self, group: str, unit: str) -> None:
        """A unit did not hear what its group was told."""
        self._groups.doubt(group, unit)
