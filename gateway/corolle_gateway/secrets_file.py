"""Files that hold keys or passwords."""

from pathlib import Path

from corolle_gateway.errors import ConfigError

_OTHERS = 0o007


def read_secret(path: Path) -> str:
    """The text of a file that only its owner and group may open. ConfigError says what to mend."""
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text (byte {error.start})") from error
    if mode & _OTHERS:
        raise ConfigError(f"{path}: open to every user of this machine (mode {mode:04o}): chmod 600 {path}")
    return text
