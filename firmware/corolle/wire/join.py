"""A node's half of joining in LoRaWAN 1.0.4 (clause 6.2): request, accept and the session's keys.

EUIs are eight bytes as people write them, most significant first; on the air they are reversed. The network's
half is join_network.py.
"""

from collections import namedtuple

from corolle.wire.cmac import same
from corolle.wire.compat import const
from corolle.wire.errors import FrameError
from corolle.wire.lorawan import JOIN_ACCEPT, JOIN_REQUEST, kind_of

_MIC = const(4)

# cf_list: the five frequencies in Hz of channels 3 to 7 (0: none), or None.
JoinAccept = namedtuple(
    "JoinAccept",
    ("join_nonce", "net_id", "dev_addr", "rx1_dr_offset", "rx2_dr", "rx_delay_s", "cf_list"),
)


def build_join_request(join_eui: bytes, dev_eui: bytes, dev_nonce: int, app_key) -> bytes:
    """A signed join-request."""
    frame = bytes((JOIN_REQUEST << 5,)) + reverse_eui(join_eui) + reverse_eui(dev_eui)
    frame += dev_nonce.to_bytes(2, "little")
    return frame + app_key.cmac(frame)[:_MIC]


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


def reverse_eui(eui: bytes) -> bytes:
    """An EUI between paper and air."""
    return bytes(eui[i] for i in range(len(eui) - 1, -1, -1))
