"""A unit as the gateway hears it: identity, session and frames, made of corolle.wire."""

from typing import Any

from corolle.wire import codec, lorawan
from corolle.wire.fields import Message
from corolle.wire.join import JoinAccept, build_join_request, parse_join_accept, session_keys
from corolle.wire.schema import ACK, CANOPY_REPORT, COMMAND, EVENT, LAMP_REPORT
from corolle_gateway.links.lorawan.keys import Key

_REPORTS: dict[str, tuple[Message, dict[str, Any]]] = {
    "lamp": (
        LAMP_REPORT,
        {
            "level_pct": 10,
            "reason": 17,
            "power_w": 4.2,
            "energy_wh": 0,
            "passages": 0,
            "faults": 0,
            "presence": 0,
        },
    ),
    "canopy": (
        CANOPY_REPORT,
        {
            "valve_open": 0,
            "reason": 33,
            "soil1_vwc_pct": 21.4,
            "litres_total": 0,
            "litres_today": 0,
            "faults": 0,
        },
    ),
}


class Device:
    """One unit; its counters go on over a rejoin as a real one's would."""

    def __init__(self, name: str, kind: str = "lamp", number: int = 1):
        self.name = name
        self.kind = kind
        self.dev_eui = bytes.fromhex(f"02{number:014x}")
        self.join_eui = bytes(8)
        self.raw_key = number.to_bytes(2, "big") * 4 + b"app_key."
        self.app_key = Key(self.raw_key)
        self.dev_nonce = 0
        self.accepted: JoinAccept | None = None
        self.f_cnt = 0
        self.f_cnt_down = -1
        self.seq = 0
        self.groups: list[str] = []

    def registration(self) -> dict[str, Any]:
        """The unit as units.json lists it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "site": "quai",
            "dev_eui": self.dev_eui.hex(),
            "join_eui": self.join_eui.hex(),
            "app_key": self.raw_key.hex(),
            "lat_deg": 43.5999,
            "lon_deg": 1.4436,
            "class": "C" if self.kind == "lamp" else "A",
            "groups": self.groups,
        }

    def join_request(self) -> bytes:
        """The next join-request."""
        self.dev_nonce += 1
        return build_join_request(self.join_eui, self.dev_eui, self.dev_nonce, self.app_key)

    def accept(self, phy: bytes) -> JoinAccept:
        """Take a join-accept, and begin its session."""
        accepted = parse_join_accept(phy, self.app_key)
        keys = session_keys(self.app_key, accepted.join_nonce, accepted.net_id, self.dev_nonce)
        self.nwk_key, self.session_key = Key(keys[0]), Key(keys[1])
        self.accepted, self.f_cnt, self.f_cnt_down = accepted, 0, -1
        return accepted

    def message_id(self, f_cnt: int) -> str:
        """The id under which the gateway publishes an uplink of the present session."""
        assert self.accepted is not None
        return f"{self.name}-{self.accepted.join_nonce}-{f_cnt}"

    def uplink(
        self,
        port: int | None,
        payload: bytes = b"",
        confirmed: bool = False,
        f_opts: bytes = b"",
        f_ctrl: int = 0,
        f_cnt: int | None = None,
    ) -> bytes:
        """The next data frame, or one with a counter of the test's choice."""
        assert self.accepted is not None
        if f_cnt is None:
            f_cnt, self.f_cnt = self.f_cnt, self.f_cnt + 1
        kind = lorawan.CONFIRMED_UP if confirmed else lorawan.UNCONFIRMED_UP
        addr = self.accepted.dev_addr
        return lorawan.build_data(
            kind, addr, f_ctrl, f_cnt, f_opts, port, payload, self.nwk_key, self.session_key
        )

    def report(self, **values: Any) -> bytes:
        """The next periodic report, as a frame."""
        message, usual = _REPORTS[self.kind]
        self.seq = (self.seq + 1) % 256
        payload = codec.encode(message, {**usual, "seq": self.seq, **values})
        return self.uplink(message.port, payload)

    def event(self, code: int, value: int, time_s: int) -> bytes:
        """An event, as a frame."""
        self.seq = (self.seq + 1) % 256
        payload = codec.encode(EVENT, {"seq": self.seq, "code": code, "value": value, "time_s": time_s})
        return self.uplink(EVENT.port, payload)

    def ack(self, command_id: int, verdict: int = 0, reason: int = 4, value: int = 40) -> bytes:
        """A verdict on a command, as a frame."""
        values = {"id": command_id, "verdict": verdict, "reason": reason, "value": value}
        return self.uplink(ACK.port, codec.encode(ACK, values))

    def read(self, phy: bytes) -> tuple[lorawan.DataFrame, bytes]:
        """A downlink as the unit takes it: authentic, with a counter above all before, decrypted."""
        assert self.accepted is not None
        data = lorawan.parse_data(phy)
        assert data.dev_addr == self.accepted.dev_addr
        f_cnt = lorawan.full_f_cnt(self.f_cnt_down + 1, data.f_cnt)
        assert lorawan.mic_matches(phy, f_cnt, self.nwk_key), "downlink with a wrong MIC or an old counter"
        self.f_cnt_down = f_cnt
        key = self.session_key if data.f_port else self.nwk_key
        return data, lorawan.crypt_payload(key, False, data.dev_addr, f_cnt, data.payload)

    def command(self, phy: bytes) -> dict[str, Any]:
        """The command in a downlink."""
        data, payload = self.read(phy)
        assert data.f_port == COMMAND.port
        return codec.unpack(COMMAND, payload)
