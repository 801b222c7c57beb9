"""Who may log in: names with scrypt hashes (RFC 7914) in a file of the gateway's own, mode 600."""

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from pathlib import Path

import msgspec
from msgspec import Struct

from corolle_gateway.errors import ConfigError
from corolle_gateway.secrets_file import read_secret

FILE_NAME = "users.json"
# A name signs orders: on the air an author has at most 12 characters.
NAME = re.compile(r"[a-z][a-z0-9._-]{0,11}")
NAME_RULE = "1 to 12 of a-z 0-9 . _ -, beginning with a letter"
SHORTEST = 8
# 16 MB and some 50 ms of a core for each try (RFC 7914, 2: N = 2^14, r = 8, p = 1).
_LOG2_N, _R, _P = 14, 8, 1
_SALT_BYTES, _HASH_BYTES = 16, 32


class Hashed(Struct):
    """A password's hash with all that it takes to make it again; bytes in hexadecimal."""

    salt: str
    hash: str
    log2_n: int = _LOG2_N
    r: int = _R
    p: int = _P


class _File(Struct):
    users: dict[str, Hashed]


# Who is not known is checked all the same, so that the time it takes tells nobody which names there are.
_NOBODY = Hashed("00" * _SALT_BYTES, "00" * _HASH_BYTES)


class Users:
    """The file of a data folder; read anew for each login, so that whoever is added may log in at once."""

    def __init__(self, data_dir: Path):
        self.path = data_dir / FILE_NAME

    def names(self) -> list[str]:
        """All users. ConfigError when the file cannot be used."""
        return sorted(self._read())

    def knows(self, name: str, password: str) -> bool:
        """Whether that is the user's password; takes a while on purpose. ConfigError as in names()."""
        hashed = self._read().get(name)
        is_right = _matches(hashed or _NOBODY, password)
        return is_right and hashed is not None

    def put(self, name: str, password: str) -> None:
        """Add a user, or give one another password. ConfigError, OSError."""
        self._write({**self._read(), name: _hashed(password)})

    def remove(self, name: str) -> None:
        """A user may not log in any more. KeyError, ConfigError, OSError."""
        users = self._read()
        del users[name]
        self._write(users)

    def _read(self) -> dict[str, Hashed]:
        if not self.path.exists():
            return {}
        try:
            return msgspec.json.decode(read_secret(self.path), type=_File).users
        except msgspec.DecodeError as error:
            raise ConfigError(f"{self.path}: {error}") from error

    def _write(self, users: dict[str, Hashed]) -> None:
        """Replaced as a whole, and the folder's owner's: root may add users for a gateway that is not."""
        aside = self.path.with_suffix(".new")
        with open(aside, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(msgspec.json.format(msgspec.json.encode(_File(users))) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        owner = self.path.parent.stat()
        if os.geteuid() == 0:
            os.chown(aside, owner.st_uid, owner.st_gid)
        aside.replace(self.path)


def _hashed(password: str) -> Hashed:
    made = Hashed(secrets.token_hex(_SALT_BYTES), "")
    made.hash = _scrypt(made, password).hex()
    return made


def _matches(hashed: Hashed, password: str) -> bool:
    return hmac.compare_digest(_scrypt(hashed, password), bytes.fromhex(hashed.hash))


def _scrypt(hashed: Hashed, password: str) -> bytes:
    n, salt = 1 << hashed.log2_n, bytes.fromhex(hashed.salt)
    most_bytes = 2 * 128 * n * hashed.r  # twice what the algorithm itself takes (RFC 7914, 2)
    typed = unicodedata.normalize("NFC", password)  # not every keyboard makes an accent in one piece
    return hashlib.scrypt(
        typed.encode(), salt=salt, n=n, r=hashed.r, p=hashed.p, maxmem=most_bytes, dklen=_HASH_BYTES
    )
