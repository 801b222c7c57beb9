"""Data frames of LoRaWAN 1.0.4: build, parse, authenticate, encrypt.

A key is an object that is handed in: `key.encrypt(blocks) -> bytes` is AES-ECB of whole blocks and
`key.cmac(data) -> bytes` is RFC 4493. Multi-byte fields are little-endian on the air (clause 4.1); a DevAddr
here is the number, and frame counters are the full 32 bits of which the frame carries 16.
"""

import struct
from collections import namedtuple

from corolle.wire.cmac import same
from corolle.wire.compat import const
from corolle.wire.errors import FrameError

# Clause 4.2.1, MType: the first three bits of a frame.
JOIN_REQUEST = const(0)
JOIN_ACCEPT = const(1)
UNCONFIRMED_UP = const(2)
UNCONFIRMED_DOWN = const(3)
CONFIRMED_UP = const(4)
CONFIRMED_DOWN = const(5)

# Clause 4.3.1, FCtrl. Bit 6 and bit 4 mean one thing up and another down.
ADR = const(0x80)
ADR_ACK_REQ = const(0x40)  # up
ACK = const(0x20)
F_PENDING = const(0x10)  # down

MAX_F_OPTS = const(15)
_HEADER = const(8)  # MHDR, DevAddr, FCtrl, FCnt
_MIC = const(4)

# f_cnt: the 16 bits on the air. f_port: None when there is no payload. payload: still encrypted.
DataFrame = namedtuple("DataFrame", ("m_type", "dev_addr", "f_ctrl", "f_cnt", "f_opts", "f_port", "payload"))


def kind_of(frame: bytes) -> int:
    """The kind of a PHYPayload. FrameError for an empty one, or a major version that is not LoRaWAN R1."""
    if not frame:
        raise FrameError("empty")
    if frame[0] & 0x03:
        raise FrameError("major version")
    return frame[0] >> 5


def build_data(m_type, dev_addr, f_ctrl, f_cnt, f_opts, f_port, payload, nwk_key, app_key) -> bytes:
    """A signed PHYPayload; `f_port` None for a frame without payload, `payload` in the clear.

    ValueError for FOpts above 15 bytes, beside FPort 0, or a payload without a port.
    """
    if len(f_opts) > MAX_F_OPTS:
        raise ValueError(f"FOpts of {len(f_opts)} bytes, at most {MAX_F_OPTS}")
    if f_port == 0 and f_opts:
        raise ValueError("FOpts and FPort 0 exclude each other")
    if f_port is None and payload:
        raise ValueError("a payload needs an FPort")
    uplink = _is_uplink(m_type)
    frame = bytearray((m_type << 5,))
    frame += dev_addr.to_bytes(4, "little")
    frame.append(f_ctrl & 0xF0 | len(f_opts))
    frame += (f_cnt & 0xFFFF).to_bytes(2, "little")
    frame += f_opts
    if f_port is not None:
        frame.append(f_port)
        key = app_key if f_port else nwk_key
        frame += crypt_payload(key, uplink, dev_addr, f_cnt, payload)
    frame += data_mic(nwk_key, uplink, dev_addr, f_cnt, frame)
    return bytes(frame)


def parse_data(frame: bytes) -> DataFrame:
    """The parts of a data frame, neither authenticated nor decrypted. FrameError when it is malformed."""
    kind = kind_of(frame)
    if not UNCONFIRMED_UP <= kind <= CONFIRMED_DOWN:
        raise FrameError("not a data frame")
    if len(frame) < _HEADER + _MIC:
        raise FrameError("too short")
    _, dev_addr, f_ctrl, f_cnt = struct.unpack_from("<BIBH", frame)
    body = len(frame) - _MIC
    opts_end = _HEADER + (f_ctrl & 0x0F)
    if opts_end > body:
        raise FrameError("FOpts too long")
    f_port = frame[opts_end] if opts_end < body else None
    f_opts = bytes(frame[_HEADER:opts_end])
    if f_port == 0 and f_opts:
        raise FrameError("FOpts beside FPort 0")  # clause 4.3.1.6: such a frame shall be dropped
    payload = bytes(frame[opts_end + 1 : body])
    return DataFrame(kind, dev_addr, f_ctrl & 0xF0, f_cnt, f_opts, f_port, payload)


def mic_matches(frame: bytes, f_cnt: int, nwk_key) -> bool:
    """Whether a data frame was signed with this key and this counter (never once 32 bits are used up)."""
    if f_cnt >> 32:
        return False
    dev_addr = int.from_bytes(frame[1:5], "little")
    expected = data_mic(nwk_key, _is_uplink(frame[0] >> 5), dev_addr, f_cnt, frame[:-_MIC])
    return same(expected, frame[-_MIC:])


def data_mic(nwk_key, uplink: bool, dev_addr: int, f_cnt: int, body: bytes) -> bytes:
    """Clause 4.4: the first four bytes of the CMAC over B0 and the frame without its MIC."""
    return nwk_key.cmac(_block(0x49, uplink, dev_addr, f_cnt, len(body)) + body)[:_MIC]


def crypt_payload(key, uplink: bool, dev_addr: int, f_cnt: int, payload: bytes) -> bytes:
    """Clause 4.3.3: encrypts or decrypts (it is the same) with a key stream of AES blocks."""
    size = len(payload)
    if not size:
        return b""
    blocks = b"".join([_block(0x01, uplink, dev_addr, f_cnt, i // 16 + 1) for i in range(0, size, 16)])
    stream = key.encrypt(blocks)[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")


def full_f_cnt(last: int, f_cnt: int) -> int:
    """The 32-bit counter that 16 bits on the air stand for: the first one after `last`, or `last` itself.

    A replay of an older frame therefore comes out as a counter far ahead, and its MIC does not match.
    """
    return last + ((f_cnt - last) & 0xFFFF)


def _is_uplink(m_type: int) -> bool:
    return m_type % 2 == 0


def _block(first: int, uplink: bool, dev_addr: int, f_cnt: int, last: int) -> bytes:
    """The blocks A_i and B0 of clauses 4.3.3 and 4.4, which differ in their ends."""
    return struct.pack("<BIBIIBB", first, 0, 0 if uplink else 1, dev_addr, f_cnt, 0, last)
