"""AES-CCM (RFC 3610, NIST SP 800-38C): what is sealed can neither be read nor changed without the key.

A key is handed in: `key.encrypt(blocks)` is AES-ECB of whole blocks. A nonce has 7 to 13 bytes and must never
come twice under one key; a longer one leaves room for shorter data (13: up to 64 KB).
"""

from corolle.wire.cmac import same
from corolle.wire.compat import const
from corolle.wire.errors import FrameError

_BLOCK = const(16)


def seal(key, nonce: bytes, data: bytes, mic_bytes: int, aad: bytes = b"") -> bytes:
    """`data` encrypted, and behind it a MIC of it and of `aad`, which itself is not sent.

    ValueError for a nonce, a MIC, data or associated data of a length that CCM does not have.
    """
    _check(nonce, len(data), mic_bytes, aad)
    return _crypt(key, nonce, data + _mac(key, nonce, data, mic_bytes, aad), len(data))


def unseal(key, nonce: bytes, sealed: bytes, mic_bytes: int, aad: bytes = b"") -> bytes:
    """What seal() was given. FrameError "length" where there is no MIC, "mic" where it is wrong."""
    length = len(sealed) - mic_bytes
    if length < 0:
        raise FrameError("length")
    _check(nonce, length, mic_bytes, aad)
    clear = _crypt(key, nonce, sealed, length)
    data = clear[:length]
    if not same(_mac(key, nonce, data, mic_bytes, aad), clear[length:]):
        raise FrameError("mic")
    return data


def _check(nonce: bytes, length: int, mic_bytes: int, aad: bytes) -> None:
    if not 7 <= len(nonce) <= 13:
        raise ValueError(f"nonce of {len(nonce)} bytes, CCM has 7 to 13")
    if not 4 <= mic_bytes <= 16 or mic_bytes % 2:
        raise ValueError(f"MIC of {mic_bytes} bytes, CCM has 4, 6, 8, 10, 12, 14 or 16")
    # Up to 2 ** 32 it would be more, but so much never goes through a node at once.
    if length >= 0x10000 or len(aad) >= 0xFF00:
        raise ValueError(f"{length} bytes of data and {len(aad)} associated, at most 65535 and 65279")


def _mac(key, nonce: bytes, data: bytes, mic_bytes: int, aad: bytes) -> bytes:
    """The value T of clause 2.2: CBC-MAC over B_0, the associated data and the data."""
    flags = (64 if aad else 0) | (mic_bytes - 2) << 2 | 14 - len(nonce)
    state = key.encrypt(_block(flags, nonce, len(data)))
    if aad:
        state = _chain(key, state, len(aad).to_bytes(2, "big") + aad)
    return _chain(key, state, data)[:mic_bytes]


def _chain(key, state: bytes, data: bytes) -> bytes:
    """CBC-MAC from `state` on, over data that is filled up with zeros."""
    for start in range(0, len(data), _BLOCK):
        block = bytearray(state)
        for i in range(min(_BLOCK, len(data) - start)):
            block[i] ^= data[start + i]
        state = key.encrypt(bytes(block))
    return state


def _crypt(key, nonce: bytes, text: bytes, length: int) -> bytes:
    """Clause 2.3, both ways: `length` bytes of data with S_1 and the next, the MIC behind them with S_0."""
    counters = bytearray()
    for number in range((length + 2 * _BLOCK - 1) // _BLOCK):
        counters += _block(14 - len(nonce), nonce, number)
    stream = key.encrypt(bytes(counters))
    crypted = bytearray(text)
    for i in range(len(text)):
        crypted[i] ^= stream[i + _BLOCK if i < length else i - length]
    return bytes(crypted)


def _block(flags: int, nonce: bytes, number: int) -> bytes:
    return bytes((flags,)) + nonce + number.to_bytes(15 - len(nonce), "big")
