"""Lamps as a gateway hears them: they join over the air, then report."""

from typing import Any

from corolle.wire import codec, lorawan, words
from corolle.wire.join import JoinAccept, build_join_request, parse_join_accept, session_keys
from corolle.wire.schema import ACK, COMMAND, EVENT, LAMP_REPORT
from corolle_gateway.links.lorawan.keys import Key
from corolle_gateway.model import SessionRecord

_USUAL = {
    "level_pct": 40,
    "reason": 17,
    "power_w": 17.2,
    "energy_wh": 0,
    "passages": 0,
    "faults": 0,
    "presence": 0,
}
_OVERRIDE = words.code_of(words.REASONS, "override")
_APP_KEY_TAIL = b"bench-lamp-key"


class Lamp:
    """One lamp; `number` is its place in the street and the end of its EUI."""

    def __init__(self, number: int):
        self.number = number
        self.name = f"lamp-{number:05d}"
        self._dev_eui = bytes.fromhex(f"02{number:014x}")
        self._raw_key = number.to_bytes(2, "big") + _APP_KEY_TAIL
        self._app_key = Key(self._raw_key)
        self.dev_nonce = 0
        self._accepted: JoinAccept | None = None
        self.f_cnt = 0
        self._passages = 0

    def registration(self) -> dict[str, Any]:
        """The lamp as a units file lists it."""
        return {
            "name": self.name,
            "kind": "lamp",
            "site": "bench",
            "dev_eui": self._dev_eui.hex(),
            "join_eui": "00" * 8,
            "app_key": self._raw_key.hex(),
            "lat_deg": 43.6,
            "lon_deg": 1.44,
            "class": "C",
        }

    def join_request(self) -> bytes:
        """The next join-request."""
        self.dev_nonce += 1
        return build_join_request(bytes(8), self._dev_eui, self.dev_nonce, self._app_key)

    def accept(self, phy: bytes) -> None:
        """Take the join-accept and begin its session."""
        accepted = parse_join_accept(phy, self._app_key)
        keys = session_keys(self._app_key, accepted.join_nonce, accepted.net_id, self.dev_nonce)
        self._nwk_key, self._session_key = Key(keys[0]), Key(keys[1])
        self._accepted, self.f_cnt = accepted, 0

    def settle(self, session: SessionRecord) -> None:
        """Be in a session that the gateway has in its store already."""
        self._nwk_key, self._session_key = Key(session.nwk_skey), Key(session.app_skey)
        self._accepted = JoinAccept(session.join_nonce, 0, session.dev_addr, 0, 0, 1, None)

    @property
    def dev_addr(self) -> int | None:
        """Its address in the session, None before it has one."""
        return self._accepted.dev_addr if self._accepted else None

    def obey(self, phy: bytes) -> bytes | None:
        """The acknowledgement of the order in a downlink, as a frame; None: it carries none.

        Nor does it for this lamp when it is of a session that it has left: the gateway learns that later.
        """
        data = lorawan.parse_data(phy)
        if data.f_port != COMMAND.port or not lorawan.mic_matches(phy, data.f_cnt, self._nwk_key):
            return None
        clear = lorawan.crypt_payload(self._session_key, False, data.dev_addr, data.f_cnt, data.payload)
        return self.verdict(codec.unpack(COMMAND, clear))

    def verdict(self, order: dict[str, int]) -> bytes:
        """The acknowledgement of an order, as a frame."""
        verdict = {"id": order["id"], "verdict": 0, "reason": _OVERRIDE, "value": order["value"]}
        return self.frame(ACK.port, codec.encode(ACK, verdict))[1]

    def report(self) -> tuple[str, bytes]:
        """The next report: (the id under which it is published, the frame)."""
        return self.frame(*self.report_payload())

    def report_payload(self) -> tuple[int, bytes]:
        """FPort and payload of the next report."""
        self._passages = (self._passages + 1) % 1000
        values = {**_USUAL, "seq": self.f_cnt % 256, "passages": self._passages}
        return LAMP_REPORT.port, codec.encode(LAMP_REPORT, values)

    def event(self, code: int, value: int, time_s: int) -> tuple[str, bytes]:
        """An event: (the id under which it is published, the frame)."""
        return self.frame(*self.event_payload(code, value, time_s))

    def event_payload(self, code: int, value: int, time_s: int) -> tuple[int, bytes]:
        """FPort and payload of an event, which stay the same however often it is told."""
        values = {"seq": self.f_cnt % 256, "code": code, "value": value, "time_s": time_s}
        return EVENT.port, codec.encode(EVENT, values)

    def is_acknowledged_by(self, phy: bytes) -> bool:
        """Whether a downlink of its session acknowledges the lamp's last frame."""
        data = lorawan.parse_data(phy)
        return bool(data.f_ctrl & lorawan.ACK) and lorawan.mic_matches(phy, data.f_cnt, self._nwk_key)

    def frame(self, port: int, payload: bytes, confirmed: bool = False) -> tuple[str, bytes]:
        """The next frame with any payload: (the id under which it is published, the frame)."""
        if self._accepted is None:
            raise RuntimeError(f"{self.name} has not joined")
        told_as = f"{self.name}-{self._accepted.join_nonce}-{self.f_cnt}"
        phy = lorawan.build_data(
            lorawan.CONFIRMED_UP if confirmed else lorawan.UNCONFIRMED_UP,
            self._accepted.dev_addr,
            0,
            self.f_cnt,
            b"",
            port,
            payload,
            self._nwk_key,
            self._session_key,
        )
        self.f_cnt += 1
        return told_as, phy
