"""The files a gateway consists of besides its database: keys, certificates, passwords, units, users."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from corolle_gateway.config import Config

_A_STREETS_TIME = "clock_file"  # and not the gateway's own
USERS_NAME = "users.json"  # below data_dir: who may log in at the console


def named_files(settings: Config) -> dict[str, Path]:
    """By where in the configuration each stands, whether it is there or not."""
    found = {name: path for name, path in _paths("", settings) if name != _A_STREETS_TIME}
    return found | {f"gateway.data_dir/{USERS_NAME}": settings.gateway.data_dir / USERS_NAME}


def _paths(prefix: str, settings: Any) -> Iterator[tuple[str, Path]]:
    for name, value in structs.asdict(settings).items():
        if isinstance(value, Path):
            yield prefix + name, value
        elif isinstance(value, Struct):
            yield from _paths(f"{prefix}{name}.", value)
