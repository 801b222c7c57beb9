"""Downlinks: the answer in the windows after an uplink (class A), and messages at once (class C)."""

import sqlite3

from corolle.wire import eu868
from corolle.wire import lorawan as wire
from corolle.wire.multicast import SETUP_PORT
from msgspec import Struct

from corolle_gateway.clock import Clock, is_set
from corolle_gateway.links.lorawan import mac
from corolle_gateway.links.lorawan.concentrators import Concentrator
from corolle_gateway.links.lorawan.confirmations import Confirmations
from corolle_gateway.links.lorawan.dedup import radio_of
from corolle_gateway.links.lorawan.downlinks import ALL, UPKEEP_SHARE, Downlinks, end_s, windows
from corolle_gateway.links.lorawan.groups import Groups
from corolle_gateway.links.lorawan.gwmp import Reception
from corolle_gateway.links.lorawan.outside import Memory, Receiver
from corolle_gateway.links.lorawan.sessions import RESERVED_AHEAD, Session, Sessions
from corolle_gateway.links.lorawan.upkeep import Upkeep
from corolle_gateway.model import Downlink, Sent

_HELD_S = 0.1  # so often it is looked whether an answer is still on its way
_HELD_AT_MOST_S = 30.0  # RX1 is 15 s after a frame at most
_NOT_STORED = Sent(False, "store_failed")


class Asked(Struct, frozen=True, gc=False):
    """What an uplink asks of the network besides taking it."""

    session: Session
    confirmed: bool
    adr: bool
    adr_ack_req: bool
    acknowledges: bool  # the last confirmed downlink
    mac_commands: list[tuple[int, bytes]]
    at_s: float
    lost: int | None  # frames before it; None: it is itself one that was taken before


class Answers:
    """Builds downlink frames; each uses up a counter that was reserved in the store before."""

    def __init__(
        self,
        clock: Clock,
        memory: Memory,
        receiver: Receiver,
        sessions: Sessions,
        downlinks: Downlinks,
        groups: Groups,
        upkeep: Upkeep,
        confirmations: Confirmations,
    ):
        self._clock = clock
        self.groups = groups
        self._memory = memory
        self._receiver = receiver
        self._sessions = sessions
        self._downlinks = downlinks
        self._upkeep = upkeep
        self.confirmations = confirmations

    def needed(self, asked: Asked) -> bool:
        """Whether an uplink has to be answered, or something waits for its windows."""
        must = asked.confirmed or asked.adr_ack_req or bool(asked.mac_commands)
        must = must or self._upkeep.due(asked.session)
        unit = asked.session.unit.name
        return must or self._receiver.waiting(unit) > 0 or self.groups.waiting(unit)

    async def answer(self, asked: Asked, receptions: list[Reception]) -> None:
        """Send what is due in RX1, or in RX2 if RX1 cannot be had."""
        unit = asked.session.unit.name
        terms = asked.session.link.terms
        heard = self._downlinks.ranked(receptions)
        f_opts = mac.answers(asked.mac_commands, radio_of(receptions), self._time_s(asked, heard[0]))
        requests = self._upkeep.requests(asked.session, asked.adr_ack_req, wire.MAX_F_OPTS - len(f_opts))
        waits = bool(f_opts) or asked.confirmed or asked.adr_ack_req
        f_opts += requests.f_opts
        room = min(eu868.max_payload(slot.dr) for slot in windows(heard[0], terms)) - len(f_opts)
        downlink = self._receiver.next_downlink(unit, room) or self.groups.next_downlink(unit, room)
        if not (waits or downlink or requests.must):
            asked.session.held_until_s = 0.0
            return
        share = ALL if waits or downlink else UPKEEP_SHARE
        f_ctrl = wire.ACK if asked.confirmed else 0
        if self._receiver.waiting(unit) > (1 if downlink else 0):
            f_ctrl |= wire.F_PENDING
        try:
            await self._upkeep.ask(asked.session, requests)
            phy = await self._frame(asked.session, f_ctrl, f_opts, downlink)
            outcome = await self._downlinks.send_in_window(heard, phy, lambda by: windows(by, terms), share)
            asked.session.held_until_s = end_s(asked.at_s, phy, terms)
        except sqlite3.Error:
            outcome = _NOT_STORED
        if downlink and downlink.port != SETUP_PORT:
            self._receiver.sent(downlink, outcome)

    async def send_now(self, downlink: Downlink) -> Sent:
        """Send to a class C unit, which always listens."""
        while session := self._sessions.active(downlink.unit.name):
            if self._is_held(session):
                await self._clock.sleep(_HELD_S)
                continue
            async with self._downlinks.turn(session.gateway) as concentrator:
                if concentrator is None:
                    return Sent(False, "unreachable")
                if not self._is_held(session):
                    return await self._send_in_turn(concentrator, session, downlink)
        return Sent(False, "not_joined")

    def _is_held(self, session: Session) -> bool:
        """Also when the clock was set back: nobody is held for a year."""
        return 0 < session.held_until_s - self._clock.now() < _HELD_AT_MOST_S

    async def _send_in_turn(self, concentrator: Concentrator, session: Session, downlink: Downlink) -> Sent:
        """Numbered only now: what waits for its turn is overtaken by answers, and units take no lower one."""
        terms = session.link.terms
        room = min(eu868.max_payload(terms.rx2_dr) - len(downlink.payload), wire.MAX_F_OPTS)
        requests = self._upkeep.requests(session, False, room)
        try:
            await self._upkeep.ask(session, requests)
            phy = await self._frame(session, 0, requests.f_opts, downlink)
        except sqlite3.Error:
            return _NOT_STORED
        return await self._downlinks.send_at_once(concentrator, phy, terms)

    async def _frame(self, session: Session, f_ctrl: int, f_opts: bytes, downlink: Downlink | None) -> bytes:
        f_cnt = await self._next_f_cnt(session)
        confirmed = downlink is not None and downlink.confirmed and self.confirmations.may_send(session)
        if downlink and confirmed:
            self.confirmations.sends(session, downlink)
        return wire.build_data(
            wire.CONFIRMED_DOWN if confirmed else wire.UNCONFIRMED_DOWN,
            session.dev_addr,
            f_ctrl,
            f_cnt,
            f_opts,
            downlink.port if downlink else None,
            downlink.payload if downlink else b"",
            session.nwk_key,
            session.app_key,
        )

    async def _next_f_cnt(self, session: Session) -> int:
        while session.f_cnt_down >= session.f_cnt_down_end:
            end = session.f_cnt_down + RESERVED_AHEAD
            await self._memory.reserve(session.id, end)
            session.f_cnt_down_end = max(session.f_cnt_down_end, end)
        session.f_cnt_down += 1
        return session.f_cnt_down - 1

    def _time_s(self, asked: Asked, reception: Reception) -> float | None:
        if reception.gps_ms is not None:
            return mac.gps_to_unix_s(reception.gps_ms)
        return asked.at_s if is_set(self._clock) else None
