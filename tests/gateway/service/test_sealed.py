"""A sealed file opens to its last byte with its passphrase, and not at all otherwise."""

import io

import pytest
from corolle_gateway.service import sealed
from corolle_gateway.service.sealed import Opener, SealedError, Sealer
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_WORD = "correct horse battery"
_PIECE = 65_536
_HEAD = 17 + 3 + 16 + 7 + 16


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """scrypt is to be slow for others, and is looked at by itself."""
    monkeypatch.setattr(sealed, "_COST", (4, 8, 1))


def _sealed(content: bytes) -> bytes:
    file = io.BytesIO()
    sealer = Sealer(file, _WORD)
    for at in range(0, len(content), 10_000):
        sealer.write(content[at : at + 10_000])
    sealer.finish()
    return file.getvalue()


def _opened(data: bytes, word: str = _WORD) -> bytes:
    with io.BufferedReader(Opener(io.BytesIO(data), "cabinet.backup", word)) as stream:
        return stream.read()


@pytest.mark.parametrize("size", [0, 1, _PIECE - 1, _PIECE, _PIECE + 1, 3 * _PIECE, 200_001])
def test_what_was_sealed_is_opened(size: int):
    content = bytes(number * 7919 % 251 for number in range(size))
    data = _sealed(content)
    assert _opened(data) == content
    assert content[:64] not in data or size < 2


def test_the_same_content_is_never_sealed_in_the_same_way():
    assert _sealed(b"keys")[_HEAD:] != _sealed(b"keys")[_HEAD:]


def test_another_passphrase_is_told_apart_from_damage():
    with pytest.raises(
        SealedError, match=r"^cabinet\.backup: this is not the passphrase it was sealed with$"
    ):
        _opened(_sealed(b"keys"), "correct horse batterz")


@pytest.mark.parametrize("kept", [_HEAD, _HEAD + 10, _HEAD + _PIECE + 16, _HEAD + 2 * (_PIECE + 16), -1])
def test_a_torn_file_is_refused_wherever_it_was_torn(kept: int):
    data = _sealed(bytes(2 * _PIECE + 100))
    with pytest.raises(SealedError, match="torn or damaged"):
        _opened(data[:kept])


def test_pieces_cannot_change_places_nor_come_twice():
    data = _sealed(bytes(_PIECE) + bytes(_PIECE) + b"end")
    head, first, second = (
        data[:_HEAD],
        data[_HEAD:][: _PIECE + 16],
        data[_HEAD + _PIECE + 16 :][: _PIECE + 16],
    )
    last = data[_HEAD + 2 * (_PIECE + 16) :]
    for forged in (head + second + first + last, head + first + first + last, data + last):
        with pytest.raises(SealedError, match="torn or damaged"):
            _opened(forged)


@pytest.mark.parametrize("at", [_HEAD, _HEAD + 1000, -1])
def test_a_bit_that_has_changed_is_seen(at: int):
    data = bytearray(_sealed(bytes(2000)))
    data[at] ^= 1
    with pytest.raises(SealedError, match="torn or damaged"):
        _opened(bytes(data))


@pytest.mark.parametrize("data", [b"", b"corolle backup 1\n", b"PK\3\4" + bytes(100)])
def test_what_is_no_backup_is_told_so(data: bytes):
    with pytest.raises(SealedError, match="not a backup of a corolle gateway"):
        _opened(data)


def test_a_forged_header_does_not_take_all_memory():
    data = bytearray(_sealed(b"keys"))
    data[17] = 31
    with pytest.raises(SealedError, match="more memory than any of ours"):
        _opened(bytes(data))


def test_the_key_is_that_of_rfc_7914():
    """Its second vector: scrypt("password", "NaCl", N=1024, r=8, p=16); here the first 32 of its 64 bytes."""
    vector = bytes.fromhex("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162")
    assert sealed._key("password", b"NaCl", (10, 8, 16)) == vector


def test_a_piece_is_plain_aes_256_gcm():
    data = _sealed(b"keys")
    salt, prefix = data[20:36], data[36:43]
    cipher = AESGCM(sealed._key(_WORD, salt, (4, 8, 1)))
    assert cipher.decrypt(prefix + bytes((0, 0, 0, 0, 1)), data[_HEAD:], None) == b"keys"
