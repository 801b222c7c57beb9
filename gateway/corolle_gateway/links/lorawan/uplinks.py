"""Data frames of units: authenticated, stored with their counter, then answered if they ask for it."""

from corolle.wire import lorawan as wire
from corolle.wire import mac_commands as mac
from corolle.wire.errors import FrameError
from corolle.wire.multicast import SETUP_PORT

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan.answers import Answers, Asked
from corolle_gateway.links.lorawan.dedup import Deduplicator, Heard, radio_of
from corolle_gateway.links.lorawan.gwmp import Reception
from corolle_gateway.links.lorawan.outside import Memory, Receiver
from corolle_gateway.links.lorawan.refused import Refused, Revoked, frame_cause
from corolle_gateway.links.lorawan.sessions import Session, Sessions
from corolle_gateway.links.lorawan.upkeep import Upkeep
from corolle_gateway.model import Accepted, Guard, Uplink
from corolle_gateway.pending import Pending, ended
from corolle_gateway.tasks import Tasks

# A confirmed uplink whose acknowledgement was lost is sent again, unchanged; so long it is answered again.
_REPEAT_S = 300.0


class Uplinks:
    """Takes data frames that no concentrator has brought before."""

    def __init__(
        self,
        clock: Clock,
        counts: Counts,
        tasks: Tasks,
        memory: Memory,
        receiver: Receiver,
        sessions: Sessions,
        heard: Deduplicator,
        answers: Answers,
        upkeep: Upkeep,
    ):
        self._clock = clock
        self._counts = counts
        self._tasks = tasks
        self._memory = memory
        self._receiver = receiver
        self._sessions = sessions
        self._heard = heard
        self._answers = answers
        self._upkeep = upkeep

    def take(self, reception: Reception) -> Heard:
        """Authenticate a frame and hand it on. Raises Refused, or FrameError when it is malformed."""
        data = wire.parse_data(reception.phy)
        session, f_cnt = self._sessions.match(reception.phy, data)
        if session.unit.revoked:
            raise Revoked(session.unit.name)
        now_s = self._clock.now()
        asked = self._asked(session, data, f_cnt, now_s)
        if asked.lost is None:
            self._check_repeat(session, reception.phy, now_s)
            accepted = Accepted(None, ended(True))
        else:
            accepted = self._accepted(asked, data, f_cnt, reception)
        heard = Heard(
            reception.phy,
            [reception],
            accepted.stored,
            lambda receptions: self._close(receptions, accepted, asked),
        )
        if asked.lost is not None:
            self._use_up(heard, session, f_cnt, now_s)
        return heard

    def _check_repeat(self, session: Session, phy: bytes, now_s: float) -> None:
        """A counter that was used before is a replay, unless the unit repeats what it sent last.

        It does so while a confirmed frame is not acknowledged, or as often as it was told to send each frame.
        """
        link = session.link
        told = any(manner and manner.nb_trans > 1 for manner in (link.manner, link.asked))
        expected = told or wire.kind_of(phy) == wire.CONFIRMED_UP
        if not expected or phy != session.last_phy or now_s - session.last_at_s > _REPEAT_S:
            raise Refused("replayed")
        self._counts.count("repeats")

    def _accepted(self, asked: Asked, data: wire.DataFrame, f_cnt: int, reception: Reception) -> Accepted:
        session = asked.session
        status = self._upkeep.answered(session, asked.mac_commands)
        known = reception.gateway, session.link_record()
        guard = self._memory.advance(session.id, f_cnt, session.reservation(), *known, not session.active)
        payload = b""
        if data.f_port:
            payload = wire.crypt_payload(session.app_key, True, session.dev_addr, f_cnt, data.payload)
        key = f"{session.join_nonce}-{f_cnt}"
        uplink = Uplink(session.unit, key, data.f_port or 0, payload, asked.at_s, radio_of([reception]))
        accepted = self._handed_on(uplink, guard)
        if status:
            self._receiver.tell_status(uplink, status)
        return accepted

    def _handed_on(self, uplink: Uplink, guard: Guard) -> Accepted:
        if uplink.port == SETUP_PORT:
            return Accepted(None, self._memory.commit(self._joined(uplink.unit.name, uplink.payload, guard)))
        if uplink.port:
            return self._receiver.accept(uplink, guard)
        return Accepted(None, self._memory.commit(guard))  # nothing but MAC commands, or not even these

    def _joined(self, unit: str, payload: bytes, guard: Guard) -> Guard:
        """A guard that also keeps what a unit says of a group."""
        try:
            keep = self._answers.groups.heard(unit, payload)
        except FrameError as error:
            self._counts.reject(frame_cause(error.cause), unit=unit)
            return guard
        self._counts.count("group_answers")
        return lambda db: guard(db) and keep(db)

    def _asked(self, session: Session, data: wire.DataFrame, f_cnt: int, now_s: float) -> Asked:
        commands = data.f_opts
        if data.f_port == 0:
            commands = wire.crypt_payload(session.nwk_key, True, session.dev_addr, f_cnt, data.payload)
        try:
            parsed = mac.parse(commands, True) if commands else []
        except FrameError as error:  # the frame is the unit's all the same
            self._counts.reject(frame_cause(error.cause), unit=session.unit.name)
            parsed = []
        confirmed = data.m_type == wire.CONFIRMED_UP
        adr, adr_ack_req = bool(data.f_ctrl & wire.ADR), bool(data.f_ctrl & wire.ADR_ACK_REQ)
        acknowledges = bool(data.f_ctrl & wire.ACK)
        lost = f_cnt - session.f_cnt_up if f_cnt >= session.f_cnt_up else None
        return Asked(session, confirmed, adr, adr_ack_req, acknowledges, parsed, now_s, lost)

    def _use_up(self, heard: Heard, session: Session, f_cnt: int, now_s: float) -> None:
        """Count on at once, for the next frame may come before this one is committed."""
        before, reserved = session.f_cnt_up, session.reservation()
        session.f_cnt_up = f_cnt + 1
        session.last_phy, session.last_at_s = heard.phy, now_s
        session.gateway = heard.receptions[0].gateway

        def stored(done: Pending[bool]) -> None:
            if done.error:
                self._heard.forget(heard)  # nobody was told that it was taken: it may come again
                if session.f_cnt_up == f_cnt + 1:
                    session.f_cnt_up = before
            elif not done.result:
                self._counts.reject("replayed", unit=session.unit.name)
            else:
                self._counts.count("uplinks")
                session.f_cnt_down_end = max(session.f_cnt_down_end, reserved)
                if not session.active:
                    self._sessions.take_up(session)

        heard.stored.then(stored)

    def _close(self, receptions: list[Reception], accepted: Accepted, asked: Asked) -> None:
        radio = radio_of(receptions)
        if accepted.message_id is not None:
            self._receiver.settle(accepted.message_id, radio)
        if asked.lost is not None:
            self._upkeep.heard(asked.session, radio, asked.lost, asked.adr)
        # When it is committed, and with it the acknowledgement of a command that would else be repeated.
        accepted.stored.then(lambda done: self._answer(receptions, asked, done))

    def _answer(self, receptions: list[Reception], asked: Asked, done: Pending[bool]) -> None:
        if not done.came_true:
            return
        if asked.lost is not None:
            self._answers.confirmations.heard(asked.session, asked.acknowledges)
        if self._answers.needed(asked):
            self._tasks.start(self._answers.answer(asked, receptions))
