"""Questions that take their time: asked in a thread beside the one writer, of what is committed."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from corolle_gateway.store.database import FILE_NAME

_PATIENCE_S = 10.0
_LOOK_EVERY = 10_000  # instructions of SQLite's machine

T = TypeVar("T")


class Reader:
    """Reads, and writes nothing. A writer never waits for a reader (WAL), nor does the event loop."""

    def __init__(self, data_dir: Path):
        self._uri = f"{(data_dir / FILE_NAME).absolute().as_uri()}?mode=ro"

    async def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer. sqlite3.Error when there is none within ten seconds."""
        return await asyncio.to_thread(self._asked, question)

    def _asked(self, question: Callable[[sqlite3.Connection], T]) -> T:
        end_s = time.monotonic() + _PATIENCE_S
        with closing(sqlite3.connect(self._uri, uri=True)) as db:
            db.set_progress_handler(lambda: time.monotonic() > end_s, _LOOK_EVERY)
            return question(db)
