"""The network's half of joining in LoRaWAN 1.0.4 (clause 6.2); a node has no use for it."""

from collections import namedtuple

from corolle.wire.cmac import same
from corolle.wire.compat import const
from corolle.wire.errors import FrameError
from corolle.wire.join import JoinAccept, reverse_eui
from corolle.wire.lorawan import JOIN_ACCEPT, JOIN_REQUEST, kind_of

_MIC = const(4)
_REQUEST_LENGTH = const(23)

JoinRequest = namedtuple("JoinRequest", ("join_eui", "dev_eui", "dev_nonce"))


def parse_join_request(frame: bytes) -> JoinRequest:
    """The parts of a join-request, not authenticated. FrameError when it is malformed."""
    if kind_of(frame) != JOIN_REQUEST:
        raise FrameError("not a join-request")
    if len(frame) != _REQUEST_LENGTH:
        raise FrameError("length")
    return JoinRequest(
        reverse_eui(frame[1:9]), reverse_eui(frame[9:17]), int.from_bytes(frame[17:19], "little")
    )


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
