"""A street's units.json: read, and changed by one at a time."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corolle_gateway import units_file
from corolle_gateway.errors import StartError
from corolle_gateway.secrets_file import read_secret

from corolle_tools.identity import Identity
from corolle_tools.private_file import write_private

Units = dict[str, Identity]  # by name


class ProvisionError(Exception):
    """What cannot be done, and what could; no key is ever in it."""


def load(path: Path) -> Units:
    """The units of a file that nobody else may read. ProvisionError says what is wrong with it."""
    try:
        return parse(read_secret(path), path)
    except StartError as error:
        raise ProvisionError(str(error)) from error


def parse(text: str | bytes, path: Path) -> Units:
    """The units that stand in a units.json; held against the gateway's own rules. ProvisionError."""
    try:
        units_file.parse(text, path)
        units = [Identity.from_registry(entry) for entry in json.loads(text)["units"]]
    except StartError as error:
        raise ProvisionError(str(error)) from error
    except TypeError as error:
        raise ProvisionError(f"{path}: {error}") from error
    return {unit.name: unit for unit in units}


def find(units: Units, name: str, path: Path) -> Identity:
    """The unit of a name. ProvisionError names the file."""
    if name not in units:
        raise ProvisionError(f"{path}: no unit {name!r} among its {len(units)}")
    return units[name]


@contextmanager
def changing(path: Path) -> Iterator[Units]:
    """The units, to be changed: kept at the end as a whole, or not at all where something was wrong.

    Several may provision at once: each waits for the one before. ProvisionError.
    """
    beside = path.with_name(f".{path.name}.lock")
    try:
        with open(os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            units = load(path) if path.exists() else {}
            before = dict(units)
            yield units
            if units != before:
                _keep(path, units)
    except OSError as error:
        named = path if error.filename in (None, str(beside)) else error.filename
        raise ProvisionError(f"{named}: {error.strerror}") from error


def as_file(units: Units) -> dict[str, list[dict[str, object]]]:
    """What stands in a units.json."""
    return {"units": [unit.registry_entry() for unit in units.values()]}


def _keep(path: Path, units: Units) -> None:
    content = as_file(units)
    parse(json.dumps(content), path)  # what the gateway would refuse is not written
    write_private(path, content)
