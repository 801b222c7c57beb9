"""A backup put in place: looked through to its end first, then file by file, the database last.

A power cut in between leaves the old database where it was, and the same command ends what it began.
"""

import os
import shutil
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec

from corolle_gateway import config
from corolle_gateway.errors import ConfigError, StartError
from corolle_gateway.service.backup import CONFIG, DATABASE, FILES, MANIFEST, Manifest
from corolle_gateway.service.config_files import named_files
from corolle_gateway.service.sealed import Opener, SealedError
from corolle_gateway.store import handover
from corolle_gateway.store.database import FILE_NAME, claim
from corolle_gateway.store.journal import FOLDER as JOURNAL
from corolle_gateway.store.spare import FILE_NAME as SPARE

_FRESH = ".restored"
_CHUNK_BYTES = 65_536
_SIDE_FILES = ("-wal", "-shm")


class _Placing:
    """Files beside their places, until all of them are there and nothing was found wrong."""

    def __init__(self) -> None:
        self._places: list[Path] = []

    def put(self, place: Path, entry: tarfile.TarInfo, content: IO[bytes]) -> Path:
        """Write a file beside its place, with the mode and, for root, the owner it had. OSError."""
        place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = _fresh(place)
        if place not in self._places:  # a certificate may be named twice
            self._places.append(place)
        with open(fresh, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            shutil.copyfileobj(content, file, _CHUNK_BYTES)
            _give_back(fresh, entry)
            file.flush()
            os.fsync(file.fileno())
        return fresh

    def taken(self) -> list[Path]:
        """Places where something stands already."""
        return [place for place in self._places if place.exists()]

    def settle(self) -> None:
        """Everything into its place; what stood there is kept aside. OSError."""
        for place in self._places:
            _put_aside(place)
            os.rename(_fresh(place), place)
        self._places.clear()

    def clear(self) -> None:
        """Nothing of it is left."""
        for place in self._places:
            for tail in ("", "-journal", *_SIDE_FILES):
                Path(f"{_fresh(place)}{tail}").unlink(missing_ok=True)


def restore(backup: Path, config_path: Path, passphrase: str, replace: bool) -> Manifest:
    """Put a backup in place; its configuration at `config_path`, its files where that says.

    StartError with a sentence, and nothing changed, when it cannot be opened to its end, when a gateway runs
    on the same data_dir, or when something stands in a place and is not to be replaced.
    """
    placing = _Placing()
    try:
        with backup.open("rb") as file:
            return _placed(Opener(file, str(backup), passphrase), config_path, placing, replace)
    except tarfile.TarError as error:
        raise SealedError(f"{backup}: not a backup of a corolle gateway: {error}") from error
    except OSError as error:
        raise StartError(f"{error.filename or backup}: {error.strerror}") from error
    finally:
        placing.clear()


def _placed(opener: Opener, config_path: Path, placing: _Placing, replace: bool) -> Manifest:
    with tarfile.open(mode="r|", fileobj=opener) as archive:
        _, content = _next(archive, MANIFEST)
        manifest = msgspec.json.decode(content.read(), type=Manifest)
        # Read beside its place, for what it names is relative to its own folder.
        settings = config.load(placing.put(config_path, *_next(archive, CONFIG)))
        places = named_files(settings)
        for name in manifest.files:
            placing.put(places[name], *_next(archive, FILES + name))
        data_dir = settings.gateway.data_dir
        with claim(data_dir):
            entry, content = _next(archive, DATABASE)
            handover.take_over(placing.put(data_dir / FILE_NAME, entry, content))
            while opener.read(_CHUNK_BYTES):  # only its true end proves that nothing was cut off
                pass
            _settle(placing, data_dir, entry, replace)
    return manifest


def _settle(placing: _Placing, data_dir: Path, database: tarfile.TarInfo, replace: bool) -> None:
    taken = placing.taken()
    if taken and not replace:
        raise ConfigError(f"{taken[0]}: is there already: --replace puts it aside")
    for path in (data_dir, *data_dir.iterdir()):
        _own(path, database)
    for second_copy in (JOURNAL, SPARE):  # of the database that goes
        _put_aside(data_dir / second_copy)
    placing.settle()


def _next(archive: tarfile.TarFile, name: str) -> tuple[tarfile.TarInfo, IO[bytes]]:
    entry = archive.next()
    content = archive.extractfile(entry) if entry else None
    if entry is None or entry.name != name or content is None:
        raise tarfile.ReadError(f"{name} is missing")
    return entry, content


def _fresh(place: Path) -> Path:
    return place.with_name(place.name + _FRESH)


def _give_back(path: Path, entry: tarfile.TarInfo) -> None:
    path.chmod(entry.mode & 0o775)
    _own(path, entry)


def _own(path: Path, entry: tarfile.TarInfo) -> None:
    """Whoever is not root has no choice; a user that this machine does not know stays as it is."""
    if os.geteuid() == 0:
        with suppress(LookupError):
            shutil.chown(path, user=entry.uname)
        with suppress(LookupError):
            shutil.chown(path, group=entry.gname)


def _put_aside(place: Path) -> None:
    if not place.exists():
        return
    number = 1
    while (aside := place.with_name(f"{place.name}.replaced-{number}")).exists():
        number += 1
    os.rename(place, aside)
    for tail in _SIDE_FILES:  # of a database: the newer one must not take them for its own
        with suppress(FileNotFoundError):
            os.rename(f"{place}{tail}", f"{aside}{tail}")
