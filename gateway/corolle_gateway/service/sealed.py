"""A file sealed with a passphrase: scrypt (RFC 7914) makes its key, AES-256-GCM seals it piece by piece.

Each piece has a nonce of its own that counts it and says whether it is the last one (STREAM, by Hoang,
Reyhanitabar, Rogaway and Vizard, 2015): none can be changed, moved, repeated or cut off unseen.
"""

import io
import os
import struct
from typing import IO, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from corolle_gateway.errors import StartError

_HEADER = struct.Struct(">BBB16s7s")  # the three: log2 of scrypt's n, its r and its p
_COST = (17, 8, 1)  # 128 MB for about a second on a Raspberry Pi 4
_MOST_COST = (20, 8, 4)  # a forged file is not to take all memory
_PIECE_BYTES = 65_536
_TAG_BYTES = 16
_CHECK_NUMBER = (
    0xFFFFFFFF  # no piece has it: it seals the header alone, and so tells a wrong passphrase from damage
)


class Kind(NamedTuple):
    """What is sealed: how such a file begins, and what to call it."""

    magic: bytes
    name: str


BACKUP = Kind(b"corolle backup 1\n", "a backup of a corolle gateway")
UNITS = Kind(b"corolle units 1\n", "a sealed list of units")


class SealedError(StartError):
    """It cannot be opened: another passphrase, torn, damaged, or none of ours."""


class Sealer(io.RawIOBase):
    """A stream to write to; `finish` seals the last piece, without it nothing can be opened."""

    def __init__(self, file: IO[bytes], passphrase: str, kind: Kind = BACKUP):
        salt, self._prefix = os.urandom(16), os.urandom(7)
        header = kind.magic + _HEADER.pack(*_COST, salt, self._prefix)
        self._cipher = AESGCM(_key(passphrase, salt, _COST))
        self._file = file
        self._waiting = bytearray()
        self._number = 0
        file.write(header + self._cipher.encrypt(_nonce(self._prefix, _CHECK_NUMBER, False), b"", header))

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """Take all of it."""
        self._waiting += data
        while len(self._waiting) > _PIECE_BYTES:
            self._seal(bytes(self._waiting[:_PIECE_BYTES]), False)
            del self._waiting[:_PIECE_BYTES]
        return len(data)

    def finish(self) -> None:
        """Seal what is left."""
        self._seal(bytes(self._waiting), True)
        self._waiting.clear()

    def _seal(self, piece: bytes, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._prefix, self._number, is_last), piece, None))
        self._number += 1


class Opener(io.RawIOBase):
    """A sealed file to read from. SealedError at once for another passphrase, later where it is damaged."""

    def __init__(self, file: IO[bytes], name: str, passphrase: str, kind: Kind = BACKUP):
        self._file, self._name = file, name
        header, check = file.read(len(kind.magic) + _HEADER.size), file.read(_TAG_BYTES)
        if len(check) < _TAG_BYTES or not header.startswith(kind.magic):
            raise SealedError(f"{name}: not {kind.name}, or torn at its very beginning")
        *cost, salt, self._prefix = _HEADER.unpack_from(header, len(kind.magic))
        if any(given > most for given, most in zip(cost, _MOST_COST, strict=True)):
            raise SealedError(f"{name}: it asks for more memory than any of ours: damaged, or forged")
        self._cipher = AESGCM(_key(passphrase, salt, (cost[0], cost[1], cost[2])))
        try:
            self._cipher.decrypt(_nonce(self._prefix, _CHECK_NUMBER, False), check, header)
        except InvalidTag as error:
            raise SealedError(f"{name}: this is not the passphrase it was sealed with") from error
        self._ahead = file.read(_PIECE_BYTES + _TAG_BYTES)
        self._opened = memoryview(b"")
        self._number = 0
        self._is_over = False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Up to as much as there is room for; 0 at the end, which is then known to be the true one."""
        if not self._opened and not self._is_over:
            self._open_next()
        taken = self._opened[: len(buffer)]
        buffer[: len(taken)] = taken
        self._opened = self._opened[len(taken) :]
        return len(taken)

    def _open_next(self) -> None:
        piece, self._ahead = self._ahead, self._file.read(_PIECE_BYTES + _TAG_BYTES)
        self._is_over = not self._ahead
        try:
            opened = self._cipher.decrypt(_nonce(self._prefix, self._number, self._is_over), piece, None)
        except InvalidTag as error:
            raise SealedError(f"{self._name}: torn or damaged: it cannot be used") from error
        self._opened = memoryview(opened)
        self._number += 1


def is_sealed(file: IO[bytes], kind: Kind) -> bool:
    """Whether a file begins as one of that kind. It is read from its beginning again."""
    begins = file.read(len(kind.magic)) == kind.magic
    file.seek(0)
    return begins


def sealed(content: bytes, passphrase: str, kind: Kind) -> bytes:
    """A small file as a whole."""
    file = io.BytesIO()
    sealer = Sealer(file, passphrase, kind)
    sealer.write(content)
    sealer.finish()
    return file.getvalue()


def opened(file: IO[bytes], name: str, passphrase: str, kind: Kind) -> bytes:
    """All that is in a sealed file. SealedError."""
    with io.BufferedReader(Opener(file, name, passphrase, kind)) as stream:
        return stream.read()


def _key(passphrase: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    try:
        return Scrypt(salt, 32, 1 << cost[0], cost[1], cost[2]).derive(passphrase.encode())
    except (ValueError, MemoryError) as error:
        raise SealedError(f"no key can be made of the passphrase: {error}") from error


def _nonce(prefix: bytes, number: int, is_last: bool) -> bytes:
    return prefix + struct.pack(">I?", number, is_last)
