"""Data frames of units: authenticated, stored with their counter, then answered if they ask for it."""

import asyncio

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
from corolle_gateway.links.lorawan.refused import Refused, frame_cause
from corolle_gateway.links.lorawan.sessions import Session, Sessions
from corolle_gateway.model import Accepted, Guard, Uplink
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
    ):
        self._clock = clock
        self._counts = counts
        self._tasks = tasks
        self._memory = memory
        self._receiver = receiver
        self._sessions = sessions
        self._heard = heard
        self._answers = answers

    def take(self, reception: Reception) -> Heard:
        """Authenticate a frame and hand it on. Raises Refused, or FrameError when it is malformed."""
        data = wire.parse_data(reception.phy)
        session, f_cnt = self._sessions.match(reception.phy, data)
        now_s = self._clock.now()
        if f_cnt < session.f_cnt_up:
            self._check_repeat(session, reception.phy, now_s)
            accepted = Accepted(None, _done())
        else:
            accepted = self._accepted(session, data, f_cnt, reception, now_s)
        asked = self._asked(session, data, f_cnt, now_s)
        heard = Heard(
            reception.phy,
            [reception],
            accepted.stored,
            lambda receptions: self._close(receptions, accepted, asked),
        )
        if f_cnt >= session.f_cnt_up:
            self._use_up(heard, session, f_cnt, now_s)
        return heard

    def _check_repeat(self, session: Session, phy: bytes, now_s: float) -> None:
        """A counter that was used before is a replay, unless the unit asks again for its acknowledgement."""
        confirmed = wire.kind_of(phy) == wire.CONFIRMED_UP
        if not confirmed or phy != session.last_phy or now_s - session.last_at_s > _REPEAT_S:
            raise Refused("replayed")
        self._counts.count("repeats")

    def _accepted(
        self, session: Session, data: wire.DataFrame, f_cnt: int, reception: Reception, now_s: float
    ) -> Accepted:
        guard = self._memory.advance(
            session.id, f_cnt, session.reservation(), reception.gateway, not session.active
        )
        if data.f_port:
            payload = wire.crypt_payload(session.app_key, True, session.dev_addr, f_cnt, data.payload)
            if data.f_port == SETUP_PORT:
                guard = self._joined(session.unit.name, payload, guard)
                return Accepted(None, self._memory.commit(guard))
            key = f"{session.join_nonce}-{f_cnt}"
            uplink = Uplink(session.unit, key, data.f_port, payload, now_s, radio_of([reception]))
            accepted = self._receiver.accept(uplink, guard)
        else:  # nothing but MAC commands, or not even these
            accepted = Accepted(None, self._memory.commit(guard))
        return accepted

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
        return Asked(session, confirmed, bool(data.f_ctrl & wire.ADR_ACK_REQ), parsed, now_s)

    def _use_up(self, heard: Heard, session: Session, f_cnt: int, now_s: float) -> None:
        """Count on at once, for the next frame may come before this one is committed."""
        before, reserved = session.f_cnt_up, session.reservation()
        session.f_cnt_up = f_cnt + 1
        session.last_phy, session.last_at_s = heard.phy, now_s
        session.gateway = heard.receptions[0].gateway

        def stored(done: asyncio.Future[bool]) -> None:
            if done.cancelled():
                return
            if done.exception():
                self._heard.forget(heard)  # nobody was told that it was taken: it may come again
                if session.f_cnt_up == f_cnt + 1:
                    session.f_cnt_up = before
            elif not done.result():
                self._counts.reject("replayed", unit=session.unit.name)
            else:
                self._counts.count("uplinks")
                session.f_cnt_down_end = max(session.f_cnt_down_end, reserved)
                if not session.active:
                    self._sessions.take_up(session)

        heard.stored.add_done_callback(stored)

    def _close(self, receptions: list[Reception], accepted: Accepted, asked: Asked) -> None:
        if accepted.message_id is not None:
            self._receiver.settle(accepted.message_id, radio_of(receptions))
        if accepted.stored.done():
            self._answer(receptions, asked, accepted.stored)
        else:  # the commit runs, and with it the acknowledgement of a command that would else be repeated
            accepted.stored.add_done_callback(lambda done: self._answer(receptions, asked, done))

    def _answer(self, receptions: list[Reception], asked: Asked, done: asyncio.Future[bool]) -> None:
        stored = not done.cancelled() and done.exception() is None and done.result()
        if stored and self._answers.needed(asked):
            self._tasks.start(self._answers.answer(asked, receptions))


def _done() -> asyncio.Future[bool]:
    future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    future.set_result(True)
    return future
