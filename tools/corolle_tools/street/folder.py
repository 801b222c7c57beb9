"""The folder of a run: everything a street leaves behind and goes on from, readable by its owner only."""

import fcntl
import json
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from corolle_tools.identity import Identity
from corolle_tools.private_file import write_private

_UNIX_S = struct.Struct("<d")  # the first field of a clock file


class FolderBusy(Exception):
    """Another street runs in this folder, or a process of one that was killed."""


class StreetFolder:
    """A state folder, held by this process until `close`.

    Raises FolderBusy when another street holds it, and OSError when it cannot be made or opened.
    """

    def __init__(self, path: Path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
        self.path = path.resolve()
        self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise FolderBusy(f"{path}: another street runs here: end it, or name another folder") from None

    @property
    def lock(self) -> int:
        """The lock's file descriptor: a child that inherits it keeps the folder held while it lives."""
        return self._lock

    @property
    def units(self) -> Path:
        """The units' identities and keys, as the gateway reads them."""
        return self.path / "units.json"

    @property
    def clock(self) -> Path:
        """The street's time, shared with the gateway."""
        return self.path / "clock"

    @property
    def datagrams(self) -> Path:
        """All that passed between concentrator and gateway."""
        return self.path / "datagrams.jsonl"

    def last_moment_s(self) -> float | None:
        """Unix seconds at which an earlier run stopped, from its clock; None without one."""
        if not self.clock.exists() or self.clock.stat().st_size < _UNIX_S.size:
            return None
        return _UNIX_S.unpack_from(self.clock.read_bytes())[0] or None

    def known_units(self) -> list[Identity]:
        """The units of earlier runs. Raises ValueError that names the file when it is garbled."""
        if not self.units.exists():
            return []
        try:
            entries = json.loads(self.units.read_text())["units"]
            return [Identity.from_registry(entry) for entry in entries]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{self.units}: not a list of units: {error!r}") from error

    def keep_units(self, units: Iterable[Identity]) -> None:
        """Write these units down beside those of earlier runs that are not among them."""
        merged = {unit.name: unit for unit in [*self.known_units(), *units]}
        write_private(self.units, {"units": [unit.registry_entry() for unit in merged.values()]})

    def close(self) -> None:
        """Let another street have the folder."""
        os.close(self._lock)
