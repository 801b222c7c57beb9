"""Files that only their owner may read."""

import json
import os
from pathlib import Path
from typing import Any, TextIO


def open_private(path: Path) -> TextIO:
    """Open a file for writing, from nothing."""
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w")


def write_private(path: Path, content: Any) -> None:
    """Replace a file, at once and whole, by JSON."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with open_private(fresh) as file:
        json.dump(content, file, indent=1)
    fresh.replace(path)
