"""Data frames of units: authenticated, stored with their counter, then answered if they ask for it."""

from functools import partial

from corolle.wire import lorawan as wire
from corolle.wire import mac_commands as mac
from corolle.wire.errors import FrameError
from corolle.wire.multicast import SETUP_PORT
from msgspec import Struct

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan.answers import Answers, Asked
from corolle_gateway.links.lorawan.dedup import Deduplicator, Heard, best_of, radio_of
from corolle_gateway.links.lorawan.gwmp import Reception
from corolle_gateway.links.lorawan.outside import Memory, Receiver
from corolle_gateway.links.lorawan.refused import Revoked, frame_cause
from corolle_gateway.links.lorawan.sessions import Session, Sessions
from corolle_gateway.links.lorawan.upkeep import Upkeep
from corolle_gateway.model import Accepted, Arrival, Guard, LinkStatus, Uplink
from corolle_gateway.pending import Pending, ended
from corolle_gateway.tasks import Tasks

# A confirmed uplink whose acknowledgement was lost is sent again, unchanged; so long it is answered again.
_REPEAT_S = 300.0
_STORED = ended(True)


class Frame(Struct, gc=False):
    """A data frame on its way: authentic, by those that heard it, its counter in full.

    `before`: the counter that was expected. `status`: what the unit says of itself. `reserved`: downlink
    counters below it are reserved with it.
    """

    receptions: list[Reception]
    session: Session
    data: wire.DataFrame
    f_cnt: int
    before: int = 0
    status: LinkStatus | None = None
    reserved: int = 0


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

    def authentic(self, receptions: list[Reception]) -> Frame:
        """A frame of a unit of ours, by those that heard it. Refused; FrameError when it is malformed."""
        phy = receptions[0].phy
        data = wire.parse_data(phy)
        session, f_cnt = self._sessions.match(phy, data)
        if session.unit.revoked:
            raise Revoked(session.unit.name)
        return Frame(receptions, session, data, f_cnt)

    def take(self, frames: list[Frame]) -> list[Heard]:
        """Hand on what is no replay. Each step is taken with all frames before the next one."""
        now_s = self._clock.now()
        admitted = [(frame, asked) for frame in frames if (asked := self._admitted(frame, now_s))]
        new = [(frame, asked) for frame, asked in admitted if asked.lost is not None]
        arrivals = [self._arrival(frame, asked) for frame, asked in new]
        stored = self._receiver.accept(arrivals)
        heard = [self._window(*each, accepted) for each, accepted in zip(new, stored, strict=True)]
        for (frame, _), (uplink, _), each in zip(new, arrivals, heard, strict=True):
            each.stored.then(partial(self._stored, frame, each))
            if frame.status:
                self._receiver.tell_status(uplink, frame.status)
        known = Accepted(None, _STORED)
        return heard + [self._window(*each, known) for each in admitted if each[1].lost is None]

    def _admitted(self, frame: Frame, now_s: float) -> Asked | None:
        """What a frame asks, and its counter is used up at once; None: it is a replay, and counted."""
        session, phy = frame.session, frame.receptions[0].phy
        asked = self._asked(session, frame.data, frame.f_cnt, now_s)
        if asked.lost is not None:
            frame.before, session.f_cnt_up = session.f_cnt_up, frame.f_cnt + 1
            session.last_phy, session.last_at_s = phy, now_s
            session.hold(now_s)
        elif self._is_repeat(session, phy, now_s):
            self._counts.count("repeats")
        else:
            self._counts.reject("replayed", gateway=frame.receptions[0].gateway)
            return None
        return asked

    def _is_repeat(self, session: Session, phy: bytes, now_s: float) -> bool:
        """A counter that was used before is a replay, unless the unit repeats what it sent last.

        It does so while a confirmed frame is not acknowledged, or as often as it was told to send each frame.
        """
        link = session.link
        told = any(manner and manner.nb_trans > 1 for manner in (link.manner, link.asked))
        expected = told or wire.kind_of(phy) == wire.CONFIRMED_UP
        return expected and phy == session.last_phy and now_s - session.last_at_s <= _REPEAT_S

    def _arrival(self, frame: Frame, asked: Asked) -> Arrival:
        """What a frame brings, and the guard that uses up its counter in the store."""
        session, data, f_cnt = frame.session, frame.data, frame.f_cnt
        frame.status = self._upkeep.answered(session, asked.mac_commands)
        frame.reserved = session.reservation()
        known = session.gateway or frame.receptions[0].gateway, session.link_record()
        guard = self._memory.advance(session.id, f_cnt, frame.reserved, *known, not session.active)
        port, payload = data.f_port or 0, b""
        if port:
            payload = wire.crypt_payload(session.app_key, True, session.dev_addr, f_cnt, data.payload)
        if port == SETUP_PORT:
            guard, port, payload = self._joined(session.unit.name, payload, guard), 0, b""
        key = f"{session.join_nonce}-{f_cnt}"
        return Uplink(session.unit, key, port, payload, asked.at_s, radio_of(frame.receptions)), guard

    def _window(self, frame: Frame, asked: Asked, accepted: Accepted) -> Heard:
        close = partial(self._close, accepted, asked)
        return Heard(frame.receptions[0].phy, frame.receptions, accepted.stored, close)

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

    def _stored(self, frame: Frame, heard: Heard, done: Pending[bool]) -> None:
        """A new frame's counter is used up in the store as well, or the frame may come again."""
        session = frame.session
        if done.error:
            self._heard.forget(heard)  # nobody was told that it was taken
            session.f_cnt_up = min(session.f_cnt_up, frame.before)
        elif not done.result:
            self._counts.reject("replayed", unit=session.unit.name)
        else:
            self._counts.count("uplinks")
            heard.stored = _STORED
            session.f_cnt_up = max(session.f_cnt_up, frame.f_cnt + 1)  # one before it may have failed
            session.f_cnt_down_end = max(session.f_cnt_down_end, frame.reserved)
            if not session.active:
                self._sessions.take_up(session)

    def _close(self, accepted: Accepted, asked: Asked, receptions: list[Reception]) -> None:
        radio = radio_of(receptions)
        if asked.lost is not None:
            asked.session.gateway = best_of(receptions).gateway
        if accepted.message_id is not None:
            self._receiver.settle(accepted.message_id, radio)
        if asked.lost is not None:
            self._upkeep.heard(asked.session, radio, asked.lost, asked.adr)
        # When it is committed, and with it the acknowledgement of a command that would else be repeated.
        accepted.stored.then(partial(self._answer, receptions, asked))

    def _answer(self, receptions: list[Reception], asked: Asked, done: Pending[bool]) -> None:
        if not done.came_true:
            return
        if asked.lost is not None:
            self._answers.confirmations.heard(asked.session, asked.acknowledges)
        if self._answers.needed(asked):
            self._tasks.start(self._answers.answer(asked, receptions))
        else:
            asked.session.held_until_s = 0.0
