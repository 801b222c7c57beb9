"""The data frames of one session, both ways: what goes into an uplink, and which downlinks are believed."""

from collections import namedtuple

from corolle.radio.lorawan.answers import Answers
from corolle.wire import eu868
from corolle.wire import lorawan as wire
from corolle.wire.compat import const
from corolle.wire.errors import FrameError
from corolle.wire.seldom import borrowed

_HEADER_BYTES = const(13)  # MHDR, FHDR without FOpts, FPort and MIC
_DEFAULT_CHANNELS = const(0x0007)
_APPLICATION_PORTS = const(223)
_DEVICE_TIME_REQ = const(b"\x0d")  # 5.9
_GROUP_BYTES = const(44)  # of each in the record of multicast.py, its address first
_GROUP_PORT = const(34)  # wire/multicast.py
_MULTICAST = ("corolle.radio.lorawan.multicast", "corolle.wire.multicast", "corolle.wire.derive")
_OBEYING = ("corolle.radio.lorawan.obeying", "corolle.wire.mac_commands", "corolle.wire.bits")

# port: None without a payload for the application. more: the network holds another frame.
Downlink = namedtuple("Downlink", ("port", "payload", "more"))


class Link:
    """Frames of a session; `network_time` asks and is answered along with them."""

    def __init__(self, session, duty, network_time, counts, battery):
        self.session = session
        self.answers = Answers()
        self.ack_due = False  # a confirmed downlink waits for its acknowledgement
        self.acknowledged = False  # the last uplink was
        self._duty = duty
        self._battery = battery
        self._time = network_time
        self._counts = counts
        duty.limit(session.max_duty_cycle)
        self.groups = session.store.load("groups") or b""  # that this node belongs to
        self._unanswered = 0  # uplinks since the last class A downlink, ADR_ACK_CNT of 4.3.1.1

    def room(self) -> int:
        """The longest payload that the present data rate takes."""
        return eu868.max_payload(self.session.data_rate)

    def length(self, payload: bytes) -> int:
        """Bytes on the air of an uplink with this payload."""
        return _HEADER_BYTES + len(payload) + len(self._f_opts(payload))

    def build(self, port: int | None, payload: bytes, confirmed: bool = False) -> bytes:
        """The next uplink. OSError: its counter cannot be kept, so it must not be sent."""
        session = self.session
        self.acknowledged = False
        f_ctrl = wire.ADR
        if self.ack_due:
            f_ctrl |= wire.ACK
        if self._unanswered >= eu868.ADR_ACK_LIMIT:
            f_ctrl |= wire.ADR_ACK_REQ
        return wire.build_data(
            wire.CONFIRMED_UP if confirmed else wire.UNCONFIRMED_UP,
            session.dev_addr,
            f_ctrl,
            session.take_f_cnt_up(),
            self._f_opts(payload),
            port,
            payload,
            session.nwk_key,
            session.app_key,
        )

    def sent(self, payload: bytes, end) -> None:
        """The uplink that build() gave for `payload` was on the air until tick `end`."""
        if self._f_opts(payload):
            self.answers.sent()
            if self._time.wanted:
                self._time.asked(end)
        self.ack_due = False
        self._unanswered += 1

    def back_off(self) -> bool:
        """Regain a network that is silent, a step each ADR_ACK_DELAY; False when none is left (4.3.1.1)."""
        overdue = self._unanswered - eu868.ADR_ACK_LIMIT
        if overdue <= 0 or overdue % eu868.ADR_ACK_DELAY:
            return True
        session = self.session
        if session.tx_power:
            session.tx_power = 0
        elif session.data_rate:
            session.data_rate -= 1
            # The network's channels may lack the slower data rate; the default ones have them all.
            if not session.usable(session.data_rate, session.ch_mask):
                session.ch_mask |= _DEFAULT_CHANNELS
        elif session.ch_mask & _DEFAULT_CHANNELS != _DEFAULT_CHANNELS or session.nb_trans > 1:
            session.ch_mask |= _DEFAULT_CHANNELS
            session.nb_trans = 1
        else:
            return False
        return True

    def accept(self, reception, in_window: bool = True) -> Downlink | None:
        """Believe a frame, or count why not. Its counter is in flash before anybody acts on it. OSError.

        `in_window`: it came in RX1 or RX2 of an uplink. What class C hears besides does not show that the
        network has heard one.
        """
        raw = reception.payload
        try:
            frame = wire.parse_data(raw)
            if self._is_group(raw):
                return self._accept_group(frame, raw)
            if not self._is_ours(frame, raw):
                return None
            payload = self._clear(frame)
            if in_window:
                self._unanswered = 0
                self.answers.heard()
            self._obey(frame.f_opts if frame.f_port else frame.f_opts or payload, reception.snr_db)
        except FrameError:
            self._counts["malformed"] += 1
            return None
        self._counts["downlinks"] += 1
        self.ack_due = self.ack_due or frame.m_type == wire.CONFIRMED_DOWN
        self.session.save()
        self.acknowledged = self.acknowledged or bool(frame.f_ctrl & wire.ACK)
        application = frame.f_port is not None and 1 <= frame.f_port <= _APPLICATION_PORTS
        return Downlink(frame.f_port if application else None, payload, bool(frame.f_ctrl & wire.F_PENDING))

    def _is_group(self, raw: bytes) -> bool:
        places = range(0, len(self.groups), _GROUP_BYTES)
        return any(self.groups[place : place + 4] == raw[1:5] for place in places)

    def _accept_group(self, frame, raw: bytes) -> Downlink | None:
        with borrowed(*_MULTICAST) as multicast:
            payload = multicast.accept(self.session.store, frame, raw, self._counts)
        if payload is None:
            return None
        self._counts["downlinks"] += 1
        return Downlink(_GROUP_PORT, payload, False)

    def _is_ours(self, frame, raw: bytes) -> bool:
        """Address, counter and MIC; takes the counter when all are right."""
        if frame.m_type not in (wire.UNCONFIRMED_DOWN, wire.CONFIRMED_DOWN):
            self._counts["not down"] += 1
            return False
        session = self.session
        if frame.dev_addr != session.dev_addr:
            self._counts["foreign"] += 1
            return False
        f_cnt = wire.full_f_cnt(session.f_cnt_down, frame.f_cnt)
        if wire.mic_matches(raw, f_cnt, session.nwk_key):
            session.f_cnt_down = f_cnt + 1
            return True
        # The counter before the last roll-over: a frame that was heard already.
        replayed = f_cnt >= 0x10000 and wire.mic_matches(raw, f_cnt - 0x10000, session.nwk_key)
        self._counts["replayed" if replayed else "wrong mic"] += 1
        return False

    def _clear(self, frame) -> bytes:
        """The payload of a frame whose counter was just taken."""
        session = self.session
        key = session.app_key if frame.f_port else session.nwk_key
        return wire.crypt_payload(key, False, frame.dev_addr, session.f_cnt_down - 1, frame.payload)

    def _f_opts(self, payload: bytes) -> bytes:
        """Answers and requests, as far as they fit beside the payload: it goes first, they can wait."""
        f_opts = self.answers.pending()
        if self._time.wanted and len(f_opts) < wire.MAX_F_OPTS:
            f_opts += _DEVICE_TIME_REQ
        return f_opts if len(f_opts) + len(payload) <= self.room() else b""

    def _obey(self, commands: bytes, snr_db: int) -> None:
        if not commands:
            return
        with borrowed(*_OBEYING) as obeying:
            network = obeying.Obedience(self.session, self._duty, self._battery, self.answers, self._time)
            network.obey(commands, snr_db)
