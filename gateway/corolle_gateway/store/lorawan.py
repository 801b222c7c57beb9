"""The network server's memory: sessions, nonces and duty ledger behind the one writer."""

import sqlite3
from collections.abc import Callable

from corolle_gateway.model import Airtime, GroupRecord, Guard, SessionRecord, Unit
from corolle_gateway.pending import Pending
from corolle_gateway.store import airtime, groups, registry, sessions
from corolle_gateway.store.writer import Writer


class LorawanMemory:
    """What must survive of the LoRaWAN link. Each Pending ends once its matter is committed."""

    def __init__(self, writer: Writer):
        self._writer = writer

    async def units(self) -> list[tuple[Unit, bytes]]:
        """All units with their AppKeys."""
        return await self._writer.submit(registry.everyone)

    async def sessions(self) -> list[SessionRecord]:
        """All sessions, older ones first."""
        return await self._writer.submit(sessions.everyone)

    async def airtimes(self, since_s: float) -> list[Airtime]:
        """What was sent since then, older first."""
        return await self._writer.submit(lambda db: airtime.since(db, since_s))

    def begin(
        self, unit: Unit, dev_nonce: int, make: Callable[[int], SessionRecord]
    ) -> Pending[SessionRecord | None]:
        """Use up a DevNonce, take a JoinNonce, store the session `make` makes of it.

        None for a replay, and for a controller that is not its unit's any more.
        """

        def operation(db: sqlite3.Connection) -> SessionRecord | None:
            if not registry.is_in_service(db, unit):
                return None
            join_nonce = registry.use_nonces(db, unit.name, dev_nonce)
            return None if join_nonce is None else sessions.begin(db, make(join_nonce))

        return self._writer.submit(operation)

    def advance(
        self, session_id: int, f_cnt: int, f_cnt_down: int, gateway: str, link: bytes, is_first: bool
    ) -> Guard:
        """A guard that uses up an uplink counter, and reserves downlink counters below `f_cnt_down`."""
        return lambda db: sessions.advance(db, session_id, f_cnt, f_cnt_down, gateway, link, is_first)

    def reserve(self, session_id: int, f_cnt_down: int) -> Pending[None]:
        """Reserve downlink counters below `f_cnt_down`."""
        return self._writer.submit(lambda db: sessions.reserve(db, session_id, f_cnt_down))

    def keep_link(self, session_id: int, link: bytes) -> Pending[None]:
        """Keep what is known of a session's way through the air."""
        return self._writer.submit(lambda db: sessions.keep_link(db, session_id, link))

    async def groups(self) -> tuple[list[GroupRecord], dict[tuple[str, str], bytes]]:
        """All multicast groups; and the mark of each member, by group and unit."""
        return await self._writer.submit(lambda db: (groups.everyone(db), groups.members(db)))

    async def put_group(self, group: GroupRecord) -> None:
        """A new group, or an old one with a new key: nobody is a member yet."""
        await self._writer.submit(lambda db: groups.put(db, group))

    async def reserve_group(self, name: str, f_cnt: int) -> None:
        """Reserve a group's counters below `f_cnt`."""
        await self._writer.submit(lambda db: groups.reserve(db, name, f_cnt))

    def joined_group(self, name: str, unit: str, mark: bytes) -> Guard:
        """A guard that enters a member."""
        return lambda db: groups.put_member(db, name, unit, mark)

    def note_airtime(self, sent: Airtime, forget_before_s: float) -> Pending[None]:
        """Enter a transmission in the duty ledger."""
        return self._writer.submit(lambda db: airtime.put(db, sent, forget_before_s))

    def shift_airtimes(self, by_s: float) -> Pending[None]:
        """The clock was set forward by so much since all that was entered."""
        return self._writer.submit(lambda db: airtime.shift(db, by_s))

    def take_back_airtime(self, unsent: Airtime) -> Pending[None]:
        """What was entered was not sent."""
        return self._writer.submit(lambda db: airtime.take_back(db, unsent))
