"""A list of units, sealed or not, taken into a gateway's units file: all of it, or nothing."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from corolle_gateway import config, units_file
from corolle_gateway.config import Config
from corolle_gateway.errors import ConfigError, StoreError
from corolle_gateway.model import Registration
from corolle_gateway.secrets_file import read_secret
from corolle_gateway.service import sealed
from corolle_gateway.service.passphrase import passphrase
from corolle_gateway.store import registry
from corolle_gateway.store.database import FILE_NAME

_Entries = dict[str, dict[str, Any]]  # by name, as they stand in a file


class Added(Struct, frozen=True):
    """What became of a list."""

    place: Path
    new: int
    changed: int
    total: int


def add(path: Path, config_path: Path, passphrase_file: Path | None) -> Added:
    """Take a list. StartError, and nothing changed, where the gateway would not start with the outcome."""
    settings = config.load(config_path)
    place = settings.units_file
    before = _entries(read_secret(place), place) if place.exists() else {}
    fresh = {name: _needed(entry) for name, entry in _entries(_opened(path, passphrase_file), path).items()}
    merged = before | fresh
    text = msgspec.json.format(msgspec.json.encode({"units": list(merged.values())}), indent=1)
    _check(units_file.parse(text, path), settings)
    changed = sum(before[name] != fresh[name] for name in before.keys() & fresh.keys())
    added = Added(place, len(merged) - len(before), changed, len(merged))
    if added.new or added.changed:
        _replace(place, text)
    return added


def _opened(path: Path, passphrase_file: Path | None) -> str:
    """The text of a list, whether it is sealed or not."""
    try:
        with path.open("rb") as file:
            if not sealed.is_sealed(file, sealed.UNITS):
                return read_secret(path)
            word = passphrase(passphrase_file, is_new=False)
            return sealed.opened(file, str(path), word, sealed.UNITS).decode()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error


def _entries(text: str, path: Path) -> _Entries:
    units_file.parse(text, path)
    return {entry["name"]: entry for entry in msgspec.json.decode(text)["units"]}


def _needed(entry: dict[str, Any]) -> dict[str, Any]:
    """What a gateway has no use for is not to be stolen there: by the group key lamps believe each other."""
    return {name: value for name, value in entry.items() if name != "group_key"}


def _check(registrations: list[Registration], settings: Config) -> None:
    """What the gateway would not start with is not put before it."""
    names = {each.unit.name for each in registrations}
    if settings.gateway.name in names:
        raise ConfigError(f"unit {settings.gateway.name!r}: the gateway has the same name")
    taken = {each.unit.dev_eui: each.unit.name for each in registrations}
    for name, dev_eui in _registered(settings.gateway.data_dir / FILE_NAME):
        if name not in names and dev_eui in taken:
            raise ConfigError(
                f"unit {taken[dev_eui]!r}: its dev_eui {dev_eui} belongs to {name!r}, which the gateway knows"
            )


def _registered(database: Path) -> list[tuple[str, str]]:
    """(name, DevEUI) of the units that the gateway had when it ran last."""
    if not database.exists():
        return []
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as db:
            return registry.dev_euis(db)
    except sqlite3.Error as error:
        raise StoreError(f"{database}: {error}") from error


def _replace(place: Path, content: bytes) -> None:
    """At once and whole, for whoever could read the one before. ConfigError."""
    fresh = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        with open(fresh, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            if place.exists():
                before = place.stat()
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
                os.fchmod(file.fileno(), before.st_mode & 0o770)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(place)
    except OSError as error:
        raise ConfigError(f"{place}: cannot be written: {error.strerror}") from error
    finally:
        fresh.unlink(missing_ok=True)
