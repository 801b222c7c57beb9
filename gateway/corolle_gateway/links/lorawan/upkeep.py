"""What the network asks of a unit of its own accord: to send or listen otherwise, and how it is."""

import msgspec
from corolle.wire import mac_commands as mac

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan.adr import Manner
from corolle_gateway.links.lorawan.agreeing import Agreeing
from corolle_gateway.links.lorawan.outside import Memory
from corolle_gateway.links.lorawan.sessions import Session
from corolle_gateway.links.lorawan.terms import Change
from corolle_gateway.log import Log
from corolle_gateway.model import LinkStatus, Radio

_DAY_S = 86_400.0
_PATIENCE_S = 3600.0  # before a unit that did not answer is asked again


class AdrRule(msgspec.Struct, frozen=True):
    """Whether units are told how to send, and how many dB stay unspent for fading."""

    on: bool = True
    margin_db: int = 10


class Requests(msgspec.Struct, frozen=True):
    """Commands for the next downlink; `must`: they are worth one, and not to go with another one only."""

    adr: Manner | None
    status: bool
    changes: tuple[Change, ...]
    f_opts: bytes
    must: bool


class Upkeep:
    """Asks by LinkADRReq, DevStatusReq and for terms; what is answered is kept in the session's `link`."""

    def __init__(
        self, clock: Clock, log: Log, counts: Counts, memory: Memory, rule: AdrRule, agreeing: Agreeing
    ):
        self._clock = clock
        self._log = log
        self._counts = counts
        self._memory = memory
        self._rule = rule
        self._agreeing = agreeing

    def heard(self, session: Session, radio: Radio, lost: int, adr: bool) -> None:
        """A new frame, by the best that heard it. `adr`: the unit lets the network say how it sends."""
        link = session.link
        link.status_s = link.status_s or self._clock.now()
        if adr and self._rule.on:
            link.note(radio.dr, radio.snr_db, lost)
        else:
            link.manner, link.history = None, b""

    def answered(self, session: Session, commands: list[tuple[int, bytes]]) -> LinkStatus | None:
        """Take what a new frame answers; what the unit says of itself, if it does."""
        status = None
        self._agreeing.answered(session, commands)
        for cid, payload in commands:
            if cid == mac.LINK_ADR:
                self._adr_answered(session, *(bool(ok) for ok in mac.read(cid, True, payload)))
            elif cid == mac.DEV_STATUS:
                battery, margin = mac.read(cid, True, payload)
                session.link.status_s = self._clock.now()
                self._counts.count("statuses")
                status = self._status(session, battery, margin - 64 if margin & 0x20 else margin)
        return status

    def due(self, session: Session) -> bool:
        """Whether something is to be asked of a unit that is worth a downlink of its own."""
        return self._is_status_due(session) or bool(session.repeating or self._agreeing.due(session))

    def _is_status_due(self, session: Session) -> bool:
        """Once a day, each in a moment of its own."""
        link, now_s = session.link, self._clock.now()
        own_s = session.dev_addr % _DAY_S
        if not link.status_s or (now_s - own_s) // _DAY_S == (link.status_s - own_s) // _DAY_S:
            return False
        return abs(now_s - link.status_asked_s) >= _PATIENCE_S

    def requests(self, session: Session, insist: bool, room: int) -> Requests:
        """What to ask next, in at most `room` bytes.

        `insist`: the unit doubts its link, and is told even what it should know.
        """
        adr, status = self._adr(session, insist), self._is_status_due(session)
        asked = []
        if adr:
            fields = adr.data_rate, adr.tx_power, session.link.mask, 0, adr.nb_trans
            asked.append(mac.build(mac.LINK_ADR, False, *fields))
        if status:
            asked.append(mac.build(mac.DEV_STATUS, False))
        left = room - sum(map(len, asked))
        if left < 0:
            return Requests(None, False, (), b"", False)
        changes = _fitting(self._agreeing.due(session), left)
        f_opts = b"".join((*asked, *(change.command for change in changes)))
        # A unit repeats some answers until it has heard that they arrived.
        return Requests(adr, status, changes, f_opts, bool(status or changes or session.repeating))

    async def ask(self, session: Session, requests: Requests) -> None:
        """These are about to be sent: what is asked for is kept before, or its answer might be a riddle.

        sqlite3.Error when it cannot be.
        """
        link = session.link
        if requests.status:
            link.status_asked_s = self._clock.now()
        if requests.adr:
            link.asked = requests.adr
            self._counts.count("adr_requests")
        if requests.changes:
            self._agreeing.asks(session, requests.changes)
        if requests.adr or requests.changes:
            await self._memory.keep_link(session.id, session.link_record())

    def _status(self, session: Session, battery: int, snr_db: int) -> LinkStatus:
        missing = tuple(change.name for change in self._agreeing.missing(session))
        refused = tuple(change.name for change in session.link.refused)
        return LinkStatus(battery, snr_db, missing, refused)

    def _adr(self, session: Session, insist: bool) -> Manner | None:
        wanted = session.link.wanted(self._rule.margin_db)
        return wanted if insist or wanted != session.link.manner else None

    def _adr_answered(self, session: Session, power_ok: bool, data_rate_ok: bool, mask_ok: bool) -> None:
        asked = session.link.asked
        done = session.link.answered(power_ok, data_rate_ok, mask_ok)
        if asked is None or done is None:
            return
        self._counts.count("adr_accepted" if done else "adr_refused")
        self._log.info(
            "adr",
            unit=session.unit.name,
            dr=asked.data_rate,
            tx_power=asked.tx_power,
            nb_trans=asked.nb_trans,
            power_ok=power_ok,
            data_rate_ok=data_rate_ok,
            mask_ok=mask_ok,
        )


def _fitting(changes: list[Change], room: int) -> tuple[Change, ...]:
    """As many of them as `room` bytes take, none left out in between."""
    fitting = []
    for change in changes:
        room -= len(change.command)
        if room < 0:
            break
        fitting.append(change)
    return tuple(fitting)
