"""The passphrase of a sealed file: from a file, or from whoever sits at the terminal."""

import getpass
import sys
from pathlib import Path

from corolle_gateway.errors import ConfigError
from corolle_gateway.secrets_file import read_secret

_SHORTEST = 12  # characters: whoever has the file may try as long as they like


def passphrase(path: Path | None, is_new: bool) -> str:
    """ConfigError when it is too short for a new file, or was typed in two ways."""
    if path:
        given = read_secret(path).strip()
    elif not sys.stdin.isatty():
        raise ConfigError("a passphrase can be asked for on a terminal alone: give --passphrase-file FILE")
    else:
        given = getpass.getpass("passphrase: ")
        if is_new and getpass.getpass("once more: ") != given:
            raise ConfigError("the two passphrases differ")
    if is_new and len(given) < _SHORTEST:
        raise ConfigError(f"the passphrase is too short: must be at least {_SHORTEST} characters")
    return given
