"""A whole town on one gateway: its lamps and masts, the time they share, and the gateway they speak to."""

import heapq
import itertools
import random
import secrets
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from corolle.wire import lorawan
from corolle_gateway import units_file
from corolle_gateway.model import SessionRecord
from corolle_gateway.store import database, registry, sessions

from corolle_tools.bench.group import Group
from corolle_tools.bench.lamps import Lamp
from corolle_tools.bench.mast import Mast, Sent
from corolle_tools.bench.processes import SITE, Broker, Gateway
from corolle_tools.bench.street_time import StreetTime

_BEGIN_S = 1_784_000_000.0  # 2026-07-14
SPEED = 60.0  # at which join-accepts and orders keep their times, though processes take theirs
_LAMPS_A_MAST = 2000
_FREE_BITS = 25  # of a DevAddr, below the NwkID of NetID 0
_MOST_WAITING = 500  # frames the gateway has not acknowledged: beyond that time stands still
_PATIENCE_S = 30.0  # real ones, in which it does not acknowledge any

Plan = list[tuple[float, int, Callable[[], None]]]


class Town:
    """So many lamps, all in a session already. Raises TimeoutError when the gateway does not answer."""

    def __init__(self, folder: Path, broker: Broker, units: int):
        self.time = StreetTime(folder / "clock", _BEGIN_S, SPEED)
        self.lamps = [Lamp(number) for number in range(1, units + 1)]
        self.gateway = Gateway(folder, broker.port, self.lamps, self.time.path)
        self.group = Group(SITE)
        self._heard: set[tuple[int, int]] = set()  # place of a mast, counter of the group's
        self.on_acknowledged: Callable[[Lamp], None] = lambda lamp: None
        self.on_group: Callable[[Lamp, float, dict[str, int]], None] = lambda lamp, within_s, order: None
        _settle(folder, self.lamps, self.group)
        self.gateway.start()
        self.masts = [Mast(self.gateway.port, number) for number in range(-(-units // _LAMPS_A_MAST))]
        self.broker_port = broker.port
        self._by_addr = {lamp.dev_addr: lamp for lamp in self.lamps}
        self._joining: dict[tuple[int, int], tuple[Lamp, int, Callable[[], None]]] = {}
        self._plan: Plan = []
        self._order = itertools.count()
        self.told: defaultdict[str, int] = defaultdict(int)  # frames, by what they are
        self._waiting, self._moved_s = 0, time.monotonic()

    def close(self) -> None:
        """All of it ends."""
        for mast in self.masts:
            mast.close()
        self.gateway.stop()
        self.time.close()

    def at(self, street_s: float, act: Callable[[], None]) -> None:
        """Do this then."""
        heapq.heappush(self._plan, (street_s, next(self._order), act))

    def say(self, lamp: Lamp, what: str, phy: bytes, dr: int = 5) -> tuple[int, int]:
        """A lamp speaks; which mast heard it, and its counter then."""
        place = (lamp.number - 1) // _LAMPS_A_MAST
        self.told[what] += 1
        return place, self.masts[place].hear(phy, self.time.now_s, dr)

    def expect(self, heard: tuple[int, int], delay_s: int, lamp: Lamp, joined: Callable[[], None]) -> None:
        """A join-accept sent by that mast so long after what it heard is this lamp's, unless it asks anew."""
        place, tmst = heard
        self._joining[place, (tmst + delay_s * 1_000_000) % 2**32] = lamp, lamp.dev_nonce, joined

    def turn(self) -> None:
        """Let time go by, and do what is due."""
        held = self._is_held()
        self.time.go_on(held)
        while not held and self._plan and self._plan[0][0] <= self.time.now_s:
            heapq.heappop(self._plan)[2]()
            held = self._is_held()
        for place, mast in enumerate(self.masts):
            for sent in mast.turn(self.time.now_s):
                self._take(place, sent)

    def _is_held(self) -> bool:
        """Whether time has to wait for the gateway. Raises TimeoutError when that acknowledges nothing."""
        waiting, now_s = sum(mast.waiting for mast in self.masts), time.monotonic()
        held = waiting > _MOST_WAITING
        if not held or waiting != self._waiting:
            self._waiting, self._moved_s = waiting, now_s
        elif now_s - self._moved_s > _PATIENCE_S:
            raise TimeoutError(
                f"nothing has moved for {_PATIENCE_S:.0f} s: {waiting} frames wait for the gateway"
            )
        return held

    def _take(self, place: int, sent: Sent) -> None:
        self.told["downlinks"] += 1
        address = int.from_bytes(sent.phy[1:5], "little")
        if lorawan.kind_of(sent.phy) == lorawan.JOIN_ACCEPT:
            self._take_in(place, sent)
            return
        if sent.tmst is not None:  # after whatever it said: an acknowledgement, or it is asked something
            lamp = self._by_addr.get(address)
            if lamp and lamp.is_acknowledged_by(sent.phy):
                self.on_acknowledged(lamp)
            return
        if address == self.group.address:
            self._take_together(place, sent.phy)
            return
        lamp = self._by_addr.get(address)
        ack = lamp.obey(sent.phy) if lamp else None
        if lamp and ack:
            self.say(lamp, "acks", ack)

    def _take_in(self, place: int, sent: Sent) -> None:
        lamp, dev_nonce, joined = self._joining.pop((place, sent.tmst or 0), (None, 0, None))
        if lamp and joined and lamp.dev_nonce == dev_nonce:
            lamp.accept(sent.phy)
            self._by_addr[lamp.dev_addr] = lamp
            joined()

    def _take_together(self, place: int, phy: bytes) -> None:
        """All lamps of a mast hear its first copy."""
        told = self.group.read(phy)
        if told is None or (place, told[0]) in self._heard:
            return
        self._heard.add((place, told[0]))
        for lamp in self.lamps[place * _LAMPS_A_MAST : (place + 1) * _LAMPS_A_MAST]:
            self.on_group(lamp, *told[1:])


def _settle(folder: Path, lamps: list[Lamp], group: Group) -> None:
    """Put them into the gateway's store as if they had joined long ago."""
    registrations = units_file.load(folder / "units.json")
    (folder / "data").mkdir(mode=0o700)
    with closing(database.connect(folder / "data")) as db:
        db.execute("BEGIN")
        registry.put_all(db, registrations, _BEGIN_S)
        for address, lamp in zip(_addresses(len(lamps)), lamps, strict=True):
            keys = secrets.token_bytes(16), secrets.token_bytes(16)
            session = sessions.begin(db, SessionRecord(lamp.name, address, *keys, join_nonce=1))
            lamp.settle(session)
        group.settle(db, registrations)
        db.execute("UPDATE sessions SET active = 1")
        db.execute("COMMIT")


def _addresses(n: int) -> list[int]:
    """As a network gives them: anywhere below the group's.

    A unit is asked how it is at a moment of its DevAddr's.
    """
    return random.Random(n).sample(range((1 << _FREE_BITS) - 1), n)
