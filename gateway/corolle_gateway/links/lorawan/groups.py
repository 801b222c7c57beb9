"""Multicast groups of class C (LoRa Alliance TS005): who belongs to which, and who has been told its key.

A unit has room for four: its site, and the first three that it is listed with. A site gets its key when it is
first ordered something: not everybody wants to.
"""

import secrets
import sqlite3
from collections import defaultdict
from contextlib import suppress
from hashlib import sha256

from corolle.wire import lorawan as wire
from corolle.wire import multicast as words

from corolle_gateway.clock import Clock, is_over
from corolle_gateway.links.lorawan.downlinks import Downlinks
from corolle_gateway.links.lorawan.keys import Key
from corolle_gateway.links.lorawan.outside import Memory
from corolle_gateway.links.lorawan.sessions import Sessions
from corolle_gateway.links.lorawan.terms import Terms
from corolle_gateway.model import Downlink, GroupRecord, Guard, Sent, Unit

_CLASS_C = "C"
_LEAST_MEMBERS = 2
_KEY_BYTES, _MARK_BYTES = 16, 8
_END = 0xFFFF_FFFF  # of a group's counters
_COPIES = 3
_BETWEEN_S = 2.0  # what drowned one copy has ended by then
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 60.0, 86_400.0


class _Pace:
    """How often a unit was told a key without an answer, and when it may be told again."""

    def __init__(self) -> None:
        self.tries = 0
        self.until_s = 0.0


class Groups:
    """Keys are told to a unit in the windows after its uplinks: a street of thousands takes its own time."""

    def __init__(
        self,
        clock: Clock,
        memory: Memory,
        sessions: Sessions,
        downlinks: Downlinks,
        net_id: int,
        terms: Terms,
    ):
        self._clock = clock
        self._memory = memory
        self._sessions = sessions
        self._downlinks = downlinks
        self._net_id = net_id
        self._terms = terms
        self._groups: dict[str, GroupRecord] = {}
        self._units: dict[str, tuple[Unit, bytes]] = {}
        self._meant: defaultdict[str, set[str]] = defaultdict(set)
        self._joined: set[tuple[str, str]] = set()  # group, unit
        self._paces: defaultdict[str, _Pace] = defaultdict(_Pace)

    async def load(self, units: list[tuple[Unit, bytes]]) -> None:
        """Go on where an earlier run stopped, or with other units than before.

        A group that somebody has left, or lost, gets a new key; if that cannot be stored it has none until it
        is ordered something. sqlite3.Error when the store cannot be read.
        """
        records, marks = await self._memory.groups()
        before, was_joined = self._units, {pair: self._mark(*pair) for pair in self._joined}
        self._know(units)
        known = {record.name: record for record in records} | self._groups  # whose counters are further on
        self._groups = {name: group for name, group in self._groups.items() if name in self._meant}
        sites = {unit.site for unit, _ in self._units.values()}
        for name, meant in self._meant.items():
            left = {unit for group, unit in marks.keys() | was_joined.keys() if group == name} - meant
            if name in known and not left:
                self._groups[name] = known[name]
            else:
                self._groups.pop(name, None)
                if name in known or name not in sites:
                    with suppress(sqlite3.Error):  # the writer has counted it
                        await self._begin(name)
        # Who was known before and had not joined had been in doubt, whatever the store says.
        new = {pair: mark for pair, mark in marks.items() if pair[1] not in before}
        for (name, unit), mark in (new | was_joined).items():
            if name in self._groups and unit in self._meant[name] and mark == self._mark(name, unit):
                self._joined.add((name, unit))

    def _know(self, units: list[tuple[Unit, bytes]]) -> None:
        listening = [(unit, key) for unit, key in units if unit.radio_class == _CLASS_C and not unit.revoked]
        self._units = {unit.name: (unit, key) for unit, key in listening}
        self._joined = set()
        self._paces.clear()
        self._meant.clear()
        for unit, _ in self._units.values():
            for name in _names(unit):
                self._meant[name].add(unit.name)

    async def members(self, name: str) -> set[str]:
        """The units that hear what a group is told; what has no key yet gets one. sqlite3.Error."""
        if name not in self._groups:
            await self._begin(name)
        return {unit for group, unit in self._joined if group == name and self._listens(unit)}

    def doubt(self, name: str, unit: str) -> None:
        """A unit did not hear what its group was told: it may have lost the key."""
        self._joined.discard((name, unit))

    def waiting(self, unit: str) -> bool:
        """Whether a unit is to be told a key now."""
        if self._missing(unit) is None:
            return False
        return is_over(self._paces[unit].until_s, self._clock.now(), _LONGEST_PAUSE_S)

    def next_downlink(self, unit: str, room: int) -> Downlink | None:
        """The key that a unit is to be told, if it fits into `room` bytes."""
        name = self._missing(unit) if self.waiting(unit) else None
        if name is None:
            return None
        it, app_key = self._units[unit]
        group = self._groups[name]
        sealed = words.sealing_key(Key(app_key), Key).decrypt(group.key)
        payload = words.build_setup(_names(it).index(name), group.address, sealed, group.f_cnt, _END)
        if len(payload) > room:
            return None
        pace = self._paces[unit]
        pace.until_s = self._clock.now() + min(_FIRST_PAUSE_S * 2.0**pace.tries, _LONGEST_PAUSE_S)
        pace.tries += 1
        return Downlink(it, words.SETUP_PORT, payload, "")

    def heard(self, unit: str, payload: bytes) -> Guard:
        """A unit has answered: a guard that keeps it. FrameError when it is no answer."""
        slot, refused = words.parse_answer(payload)
        names = _names(self._units[unit][0]) if unit in self._units else ()
        name = names[slot] if slot < len(names) else ""
        if refused or name not in self._groups:
            return lambda _: True
        self._joined.add((name, unit))
        self._paces.pop(unit, None)
        return self._memory.joined_group(name, unit, self._mark(name, unit))

    async def send(self, name: str, payload: bytes) -> Sent:
        """Tell a group something, three times by all concentrators. sqlite3.Error when it cannot be kept."""
        group = self._groups.get(name)
        if group is None:  # its last members have left it a moment ago
            return Sent(False, "no_group")
        f_cnt, group.f_cnt = group.f_cnt, group.f_cnt + 1
        await self._memory.reserve_group(name, group.f_cnt)
        nwk_key, app_key = map(Key, words.group_keys(Key(group.key), group.address))
        frame = wire.UNCONFIRMED_DOWN, group.address, 0, f_cnt, b"", words.ORDER_PORT, payload
        phy = wire.build_data(*frame, nwk_key, app_key)
        outcome = await self._downlinks.send_by_all(phy, self._terms)
        for _ in range(_COPIES - 1):
            await self._clock.sleep(_BETWEEN_S)
            sent = await self._downlinks.send_by_all(phy, self._terms)
            outcome = outcome if outcome.ok else sent
        return outcome

    def _listens(self, unit: str) -> bool:
        """Whether a unit listens where groups are told: it may not have taken our RX2 yet."""
        session = self._sessions.active(unit)
        return session is not None and session.link.terms.rx2 == self._terms.rx2

    def _missing(self, unit: str) -> str | None:
        if not self._groups:
            return None
        names = _names(self._units[unit][0]) if unit in self._units else ()
        return next(
            (name for name in names if name in self._groups and (name, unit) not in self._joined), None
        )

    def _mark(self, name: str, unit: str) -> bytes:
        it, app_key = self._units[unit]
        return member_mark(it, app_key, self._groups[name])

    async def _begin(self, name: str) -> None:
        """A new key for a group of several."""
        if len(self._meant.get(name, ())) >= _LEAST_MEMBERS:
            address = self._sessions.new_dev_addr(self._net_id)
            group = GroupRecord(name, address, secrets.token_bytes(_KEY_BYTES))
            await self._memory.put_group(group)
            self._groups[name] = group


def _names(unit: Unit) -> tuple[str, ...]:
    """The groups of a unit by their slots."""
    return (unit.site, *unit.groups)[: words.SLOTS]


def member_mark(unit: Unit, app_key: bytes, group: GroupRecord) -> bytes:
    """A mark of the keys with which a unit has joined a group, and of its slot."""
    slot = bytes((_names(unit).index(group.name),))
    return sha256(app_key + bytes.fromhex(unit.dev_eui) + group.key + slot).digest()[:_MARK_BYTES]
