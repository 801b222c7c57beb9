"""Joining in LoRaWAN 1.0.4 (clause 6.2): join-request, join-accept and the session's keys.

EUIs are eight bytes as people write them, most significant first; on the air they are reversed.
"""

from collections import namedtuple

from corolle.wire.compat import const
from corolle.wire.errors import FrameError
from corolle.wire.lorawan import JOIN_ACCEPT, JOIN_REQUEST, kind_of, same

_MIC = const(4)
_REQUEST_LENGTH = const(23)

JoinRequest = namedtuple("JoinRequest", ("join_eui", "dev_eui", "dev_nonce"))

# cf_list: the five frequencies in Hz of channels 3 to 7 (0: none), or None.
JoinAccept = namedtuple(
    "JoinAccept",
    ("join_nonce", "net_id", "dev_addr", "rx1_dr_offset", "rx2_dr", "rx_delay_s", "cf_list"),
)


def build_join_request(join_eui: bytes, dev_eui: bytes, dev_nonce: int, app_key) -> bytes:
    """A signed join-request."""
    frame = bytes((JOIN_REQUEST << 5,)) + _reversed(join_eui) + _reversed(dev_eui)
    frame += dev_nonce.to_bytes(2, "little")
    return frame + app_key.cmac(frame)[:_MIC]


def parse_join_request(frame: bytes) -> JoinRequest:
    """The parts of a join-request, not authenticated. FrameError when it is malformed."""
    if kind_of(frame) != JOIN_REQUEST:
        raise FrameError("not a join-request")
    if len(frame) != _REQUEST_LENGTH:
        raise FrameError("length")
    return JoinRequest(_reversed(frame[1:9]), _reversed(frame[9:17]), int.from_bytes(frame[17:19], "little"))


def join_request_matches(frame: bytes, app_key) -> bool:
    """Whether a join-request was signed with this key."""
    return same(app_key.cmac(frame[:-_MIC])[:_MIC], frame[-_MIC:])


def build_join_accept(accept: JoinAccept, app_key, decrypt) -> bytes:
    """A signed and encrypted join-accept.

    `decrypt` is AES-ECB decryption under the same AppKey: the network decrypts so that a node needs
    encryption only (clause 6.2.3).
    """
    body = accept.join_nonce.to_bytes(3, "little") + accept.net_id.to_bytes(3, "little")
    body += accept.dev_addr.to_bytes(4, "little")
    body += bytes((accept.rx1_dr_offset << 4 | accept.rx2_dr, accept.rx_delay_s))
    if accept.cf_list is not None:
        body += b"".join((freq_hz // 100).to_bytes(3, "little") for freq_hz in accept.cf_list) + b"\0"
    header = bytes((JOIN_ACCEPT << 5,))
    return header + decrypt(body + app_key.cmac(header + body)[:_MIC])


def parse_join_accept(frame: bytes, app_key) -> JoinAccept:
    """Decrypt and authenticate a join-accept. FrameError when it is malformed or not for this key."""
    if kind_of(frame) != JOIN_ACCEPT:
        raise FrameError("not a join-accept")
    if len(frame) not in (17, 33):
        raise FrameError("length")
    clear = frame[:1] + app_key.encrypt(bytes(frame[1:]))
    if not same(app_key.cmac(clear[:-_MIC])[:_MIC], clear[-_MIC:]):
        raise FrameError("mic")
    return JoinAccept(
        int.from_bytes(clear[1:4], "little"),
        int.from_bytes(clear[4:7], "little"),
        int.from_bytes(clear[7:11], "little"),
        clear[11] >> 4 & 0x07,
        clear[11] & 0x0F,
        clear[12] & 0x0F or 1,  # clause 6.2.3: 0 means one second
        _cf_list(clear[13:-_MIC]),
    )


def session_keys(app_key, join_nonce: int, net_id: int, dev_nonce: int) -> tuple:
    """(NwkSKey, AppSKey), 16 raw bytes each (clause 6.2.3)."""
    seed = join_nonce.to_bytes(3, "little") + net_id.to_bytes(3, "little") + dev_nonce.to_bytes(2, "little")
    return app_key.encrypt(b"\x01" + seed + bytes(7)), app_key.encrypt(b"\x02" + seed + bytes(7))


def _cf_list(data: bytes):
    """CFListType 0, five frequencies (RP002-1.0.4, EU868); any other type is ignored."""
    if not data or data[15]:
        return None
    return tuple(100 * int.from_bytes(data[i : i + 3], "little") for i in range(0, 15, 3))


def _reversed(eui: bytes) -> bytes:
    return bytes(eui[i] for i in range(len(eui) - 1, -1, -1))
