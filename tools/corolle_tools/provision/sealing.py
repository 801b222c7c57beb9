"""units.json sealed with a passphrase, for the way to a gateway; opened on another laptop."""

import json
import os
from pathlib import Path

from corolle_gateway.errors import StartError
from corolle_gateway.service import sealed
from corolle_gateway.service.passphrase import passphrase

from corolle_tools.provision.units import ProvisionError, as_file, changing, load, parse


def seal(units: Path, file: Path, passphrase_file: Path | None) -> int:
    """Seal all units into a file, at once and whole; how many. ProvisionError."""
    known = load(units)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        word = passphrase(passphrase_file, is_new=True)
        with open(fresh, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
            out.write(sealed.sealed(json.dumps(as_file(known)).encode(), word, sealed.UNITS))
        fresh.replace(file)
    except StartError as error:
        raise ProvisionError(str(error)) from error
    except OSError as error:
        raise ProvisionError(f"{file}: {error.strerror}") from error
    finally:
        fresh.unlink(missing_ok=True)
    return len(known)


def unseal(file: Path, units: Path, passphrase_file: Path | None) -> int:
    """Enter the units of a sealed file; how many. ProvisionError."""
    try:
        with file.open("rb") as stream:
            word = passphrase(passphrase_file, is_new=False)
            opened = parse(sealed.opened(stream, str(file), word, sealed.UNITS), file)
    except StartError as error:
        raise ProvisionError(str(error)) from error
    except OSError as error:
        raise ProvisionError(f"{file}: {error.strerror}") from error
    with changing(units) as known:
        known.update(opened)
    return len(opened)
