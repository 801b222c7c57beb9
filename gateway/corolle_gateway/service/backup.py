"""The whole gateway in one sealed file: configuration, what it names, database."""

import io
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from corolle_gateway import config
from corolle_gateway.errors import ConfigError, StartError, StoreError
from corolle_gateway.service.config_files import named_files
from corolle_gateway.service.sealed import Sealer
from corolle_gateway.store import handover
from corolle_gateway.store.database import FILE_NAME

MANIFEST, CONFIG, DATABASE = "manifest.json", "gateway.toml", "gateway.sqlite"
FILES = "files/"  # and behind it, where in the configuration a file is named


class Manifest(Struct):
    """What a backup holds."""

    site: str
    gateway: str
    made: str  # ISO 8601, UTC
    files: list[str]


def write(config_path: Path, to: Path, passphrase: str, made: str) -> Manifest:
    """Back a gateway up, running or not. The file is there as a whole or not at all. StartError."""
    settings = config.load(config_path)
    database = settings.gateway.data_dir / FILE_NAME
    if not database.exists():
        raise StoreError(f"{database}: there is no database yet: nothing to back up")
    files = {name: path for name, path in named_files(settings).items() if path.is_file()}
    manifest = Manifest(settings.gateway.site, settings.gateway.name, made, sorted(files))
    try:
        with _whole_or_not(to) as file, _copied(database) as copy:
            sealer = Sealer(file, passphrase)
            with tarfile.open(mode="w|", fileobj=sealer, dereference=True) as archive:
                _add_bytes(archive, MANIFEST, msgspec.json.encode(manifest))
                archive.add(config_path, CONFIG)
                for name, path in sorted(files.items()):
                    archive.add(path, FILES + name)
                _add_database(archive, copy, database)
            sealer.finish()
    except OSError as error:
        raise StartError(f"{error.filename or to}: {error.strerror}") from error
    except sqlite3.Error as error:
        raise StoreError(f"{database}: {error}") from error
    return manifest


@contextmanager
def _whole_or_not(to: Path) -> Iterator[io.BufferedWriter]:
    """A file that takes its name when it is on the disk."""
    if to.exists():
        raise ConfigError(f"{to}: is there already: a backup replaces none")
    part = to.with_name(to.name + ".part")
    try:
        with open(part, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.rename(part, to)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _copied(database: Path) -> Iterator[Path]:
    """A copy beside the database: nowhere else do its keys lie in the open."""
    copy = database.with_suffix(".copy")
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL, 0o600))
    try:
        handover.copy(database, copy)
        yield copy
    finally:
        for tail in ("", "-journal", "-wal", "-shm"):
            Path(f"{copy}{tail}").unlink(missing_ok=True)


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _add_database(archive: tarfile.TarFile, copy: Path, database: Path) -> None:
    """The copy, in the name of the database's owner: whoever restores it as root gives it back to them."""
    owner = archive.gettarinfo(database, DATABASE)
    with copy.open("rb") as content:
        owner.size = os.fstat(content.fileno()).st_size
        archive.addfile(owner, content)
