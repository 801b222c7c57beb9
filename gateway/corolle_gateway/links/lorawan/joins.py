"""Joining over the air: who is let in, and the session offered (LoRaWAN 1.0.4, 6.2)."""

import sqlite3

from corolle.wire.join import JoinAccept, session_keys
from corolle.wire.join_network import (
    JoinRequest,
    build_join_accept,
    join_request_matches,
    parse_join_request,
)

from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan.adr import LinkState
from corolle_gateway.links.lorawan.downlinks import Downlinks, join_windows
from corolle_gateway.links.lorawan.gwmp import Reception
from corolle_gateway.links.lorawan.keys import Key
from corolle_gateway.links.lorawan.outside import Memory
from corolle_gateway.links.lorawan.refused import Refused, Revoked
from corolle_gateway.links.lorawan.sessions import RESERVED_AHEAD, Session, Sessions, link_record
from corolle_gateway.links.lorawan.terms import Terms, joined
from corolle_gateway.log import Log
from corolle_gateway.model import SessionRecord, Unit
from corolle_gateway.pending import Pending


class Joins:
    """Answers join-requests of the units in the registry."""

    def __init__(
        self,
        log: Log,
        counts: Counts,
        memory: Memory,
        sessions: Sessions,
        downlinks: Downlinks,
        net_id: int,
        wish: Terms,
    ):
        self._log = log
        self._counts = counts
        self._memory = memory
        self._sessions = sessions
        self._downlinks = downlinks
        self._net_id = net_id
        self._terms = joined(wish)
        self._units: dict[str, tuple[Unit, Key]] = {}

    def load(self, units: list[tuple[Unit, bytes]]) -> None:
        """Know these units, by DevEUI."""
        self._units = {unit.dev_eui: (unit, Key(app_key)) for unit, app_key in units}

    def admit(self, phy: bytes) -> Pending[Session | None]:
        """Authenticate a join-request and store the session it gets; None when it is a replay.

        Refused: unknown_dev_eui, unknown_join_eui, join_bad_mic; Revoked. FrameError when it is malformed.
        """
        request = parse_join_request(phy)
        unit, key = self._units.get(request.dev_eui.hex(), (None, None))
        if unit is None or key is None:
            raise Refused("unknown_dev_eui")
        if request.join_eui.hex() != unit.join_eui:
            raise Refused("unknown_join_eui")
        if not join_request_matches(phy, key):
            raise Refused("join_bad_mic")
        if unit.revoked:
            raise Revoked(unit.name)
        return self._stored(unit, key, request)

    async def answer(self, joined: Pending[Session | None], receptions: list[Reception]) -> None:
        """Send the join-accept, when the window for copies of the request has ended."""
        try:
            session = await joined
        except sqlite3.Error:
            return  # it is counted, and the unit will ask again
        if session is None:
            return
        _, key = self._units.get(session.unit.dev_eui, (None, None))
        if key is None:
            return  # the unit has got another controller meanwhile
        accept = JoinAccept(
            session.join_nonce,
            self._net_id,
            session.dev_addr,
            self._terms.rx1_dr_offset,
            self._terms.rx2_dr,
            self._terms.rx1_delay_s,
            self._terms.cf_list,
        )
        phy = build_join_accept(accept, key, key.decrypt)
        heard = self._downlinks.ranked(receptions)
        outcome = await self._downlinks.send_in_window(heard, phy, join_windows)
        self._log.info("join", unit=session.unit.name, dev_addr=f"{session.dev_addr:08x}", sent=outcome.ok)

    def _stored(self, unit: Unit, key: Key, request: JoinRequest) -> Pending[Session | None]:
        dev_addr = self._sessions.new_dev_addr(self._net_id)

        def make(join_nonce: int) -> SessionRecord:
            nwk_skey, app_skey = session_keys(key, join_nonce, self._net_id, request.dev_nonce)
            return SessionRecord(
                unit=unit.name,
                dev_addr=dev_addr,
                nwk_skey=nwk_skey,
                app_skey=app_skey,
                join_nonce=join_nonce,
                f_cnt_down=RESERVED_AHEAD,
                link=link_record(LinkState(terms=self._terms)),
            )

        begun = self._memory.begin(unit, request.dev_nonce, make)
        return begun.map(lambda record: self._begun(unit, record))

    def _begun(self, unit: Unit, record: SessionRecord | None) -> Session | None:
        if record is None:
            self._counts.reject("join_replayed", unit=unit.name)
            return None
        self._counts.count("joins")
        session = Session(unit, record)
        session.f_cnt_down = 0  # of a new session none of the reserved counters is used
        self._sessions.add(session)
        return session
