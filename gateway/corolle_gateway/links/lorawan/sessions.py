"""Sessions in memory: who a frame is from, and which counter it carries."""

import secrets
from collections import defaultdict

import msgspec
from corolle.wire.lorawan import DataFrame, full_f_cnt, mic_matches

from corolle_gateway.links.lorawan.adr import LinkState
from corolle_gateway.links.lorawan.keys import Key
from corolle_gateway.links.lorawan.refused import Refused
from corolle_gateway.links.lorawan.terms import shared
from corolle_gateway.model import Downlink, SessionRecord, Unit, UnitsChange

# Downlink counters are reserved in the store so many at a time: sending a frame then waits for no disk.
RESERVED_AHEAD = 32
_WRAP = 0x10000
_ANSWERED_WITHIN_S = 5.0  # from RX1 on: RX2, and the longest frame there is
_TRIES = 4096
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(LinkState).decode


class Session:
    """A unit's session with its ciphers. Counters below `f_cnt_down_end` are reserved in the store."""

    def __init__(self, unit: Unit, record: SessionRecord):
        self.unit = unit
        self.id = record.id
        self.dev_addr = record.dev_addr
        self.join_nonce = record.join_nonce
        self.nwk_key = Key(record.nwk_skey)
        self.app_key = Key(record.app_skey)
        self.f_cnt_up = record.f_cnt_up
        self.f_cnt_down = record.f_cnt_down
        self.f_cnt_down_end = record.f_cnt_down
        self.active = record.active
        self.gateway = record.gateway  # the concentrator that heard it last
        self.link = _link(record.link)
        self.repeating: frozenset[int] = frozenset()  # CIDs whose answers its last frame repeats until heard
        self.last_phy = b""
        self.last_at_s = 0.0
        # What it was asked and sent ends with it: its number in the store may become another one's.
        self.asked_tries = 0  # for terms, since it last answered
        self.asked_until_s = 0.0  # not again before
        self.outstanding: tuple[Downlink, float] | None = None  # a confirmed downlink, and when it was sent
        self.held_until_s = 0.0  # nothing is sent at once that would overtake an answer with a lower number

    def hold(self, heard_s: float) -> None:
        """A frame has come: until it is known whether, and when, it is answered."""
        self.held_until_s = heard_s + self.link.terms.rx1_delay_s + _ANSWERED_WITHIN_S

    def link_record(self) -> bytes:
        """What SessionRecord.link holds."""
        return link_record(self.link)

    def reservation(self) -> int:
        """Below which number downlink counters should be reserved now: further ahead when they run out."""
        if self.f_cnt_down_end - self.f_cnt_down >= RESERVED_AHEAD // 2:
            return self.f_cnt_down_end
        return self.f_cnt_down + RESERVED_AHEAD


def link_record(link: LinkState) -> bytes:
    """What is known of a session's way through the air, as SessionRecord.link holds it."""
    return _encode(link)


def _link(record: bytes) -> LinkState:
    if not record:
        return LinkState()
    link = _decode(record)
    link.terms = shared(link.terms)
    return link


class Sessions:
    """All sessions, by DevAddr and by unit."""

    def __init__(self) -> None:
        self._by_addr: defaultdict[int, list[Session]] = defaultdict(list)
        self._by_unit: defaultdict[str, list[Session]] = defaultdict(list)

    def add(self, session: Session) -> None:
        """A session is offered or loaded; an earlier offer to the unit that it never took up ends."""
        for other in [each for each in self._by_unit[session.unit.name] if not each.active]:
            self._drop(other)
        self._by_unit[session.unit.name].append(session)
        self._by_addr[session.dev_addr].append(session)

    def follow(self, change: UnitsChange) -> None:
        """Other units are known; the sessions of a controller that is not its unit's any more have ended."""
        for unit, _ in change.everyone:
            for session in list(self._by_unit.get(unit.name, ())):
                if unit.name in change.anew:
                    self._drop(session)
                else:
                    session.unit = unit

    def take_up(self, session: Session) -> None:
        """The unit has spoken in this session: those before it end."""
        session.active = True
        for other in [each for each in self._by_unit[session.unit.name] if each is not session]:
            self._drop(other)

    def active(self, unit: str) -> Session | None:
        """The session a unit is known to be using."""
        return next((each for each in self._by_unit[unit] if each.active), None)

    def match(self, frame: bytes, data: DataFrame) -> tuple[Session, int]:
        """The session that signed an uplink, and its full counter, which may be one that was used before.

        Refused: unknown_dev_addr, bad_mic.
        """
        candidates = self._by_addr.get(data.dev_addr)
        if not candidates:
            raise Refused("unknown_dev_addr")
        for session in candidates:
            f_cnt = full_f_cnt(session.f_cnt_up, data.f_cnt)
            if mic_matches(frame, f_cnt, session.nwk_key):
                return session, f_cnt
            if f_cnt >= _WRAP and mic_matches(frame, f_cnt - _WRAP, session.nwk_key):
                return session, f_cnt - _WRAP
        raise Refused("bad_mic")

    def new_dev_addr(self, net_id: int) -> int:
        """A DevAddr of the network that nobody is using.

        A network of a small prefix may have none left: two units then share one, and their keys tell which of
        them a frame is from.
        """
        prefix, free_bits = _addr_prefix(net_id)
        first = secrets.randbits(free_bits)
        for step in range(_TRIES):
            dev_addr = prefix << free_bits | (first + step) % (1 << free_bits)
            if not self._by_addr.get(dev_addr):
                return dev_addr
        return prefix << free_bits | first

    def _drop(self, session: Session) -> None:
        self._by_unit[session.unit.name].remove(session)
        self._by_addr[session.dev_addr].remove(session)
        if not self._by_addr[session.dev_addr]:
            del self._by_addr[session.dev_addr]


# NwkID bits by NetID type (LoRaWAN backend interfaces, chapter 13); a type's prefix is as many ones, then 0.
_NWK_ID_BITS = (6, 6, 9, 11, 12, 13, 15, 17)


def _addr_prefix(net_id: int) -> tuple[int, int]:
    """(the fixed upper bits of a network's DevAddrs, how many bits below are free)."""
    kind = net_id >> 21
    nwk_id_bits = _NWK_ID_BITS[kind]
    marker = (1 << kind + 1) - 2
    nwk_id = net_id & ((1 << nwk_id_bits) - 1)
    return marker << nwk_id_bits | nwk_id, 32 - (kind + 1) - nwk_id_bits
