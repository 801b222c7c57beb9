"""Settings with legal ranges: a wrong value falls back to its default by itself and never stops the light.

The tables are lamp_settings.py and canopy_settings.py: a node holds only its own kind's.
"""

import json
from binascii import crc32

from corolle.wire.compat import const
from corolle.wire.table import lines

_RECORD = const("settings")


def rows(*tables: str):
    """Iterate over (name, default, lowest, highest, unit, meaning) of the settings in tables, a line each."""
    for table in tables:
        for line in lines(table):
            name, default, lowest, highest, unit, meaning = line.split(None, 5)
            yield name, int(default), int(lowest), int(highest), "" if unit == "-" else unit, meaning


class _Values:
    """A value an attribute: a name of an attribute is kept once on a node, a key of a dict each time."""


class Settings:
    """All values are integers, and read like a dict's. `tables` stay where they are, in ROM on a node.

    `problems` says in sentences what was wrong in the file.
    """

    def __init__(self, *tables: str, store=None):
        self.tables = tables
        self._store = store
        self._values = _Values()
        for row in rows(*self.tables):
            setattr(self._values, row[0], row[1])
        self.problems: list = []

    def load(self) -> bool:
        """Take what the store holds; False when the whole of it was unreadable or nothing was there."""
        record = self._store.load(_RECORD) if self._store else None
        if record is None:
            return False
        kept = _read(record)
        if kept is None:
            self.problems.append("settings are not a JSON object: all are at their defaults")
            return False
        self.take(kept)
        return True

    def take(self, wanted: dict) -> None:
        """Take values by name, those that are legal; `problems` tells of the others."""
        for name in wanted:
            problem = self._refusal(name, wanted[name])
            if problem:
                self.problems.append(problem)
            else:
                setattr(self._values, name, wanted[name])

    def __getitem__(self, name: str) -> int:
        return getattr(self._values, name)

    def set(self, name: str, value: int) -> None:
        """Change one setting and keep it. ValueError names the setting and its legal range."""
        self.change({name: value})

    def change(self, wanted: dict) -> None:
        """Change settings and keep them, all or none. ValueError names the first wrong one and its range."""
        for name in wanted:
            problem = self._refusal(name, wanted[name])
            if problem:
                raise ValueError(problem)
        for name in wanted:
            setattr(self._values, name, wanted[name])
        if self._store:
            # Those that were ever changed: all of them would be more than a canopy has memory for at once.
            kept = _read(self._store.load(_RECORD) or b"") or {}
            kept.update(wanted)
            self._store.save(_RECORD, json.dumps(kept).encode())

    def hash(self) -> int:
        """32 bits that are equal on two nodes when all their settings are."""
        crc, between = 0, ""
        for row in rows(*self.tables):  # the whole text at once would be the largest thing on a canopy
            crc = crc32(f"{between}{row[0]}={self[row[0]]}".encode(), crc)
            between = ";"
        return crc

    def by_name(self) -> dict:
        """All of them as they are now."""
        return {row[0]: self[row[0]] for row in rows(*self.tables)}

    def _refusal(self, name: str, value) -> str:
        """What is wrong with a value, "" when nothing is."""
        for known, default, lowest, highest, unit, _ in rows(*self.tables):
            if known == name:
                # bool is no int in MicroPython, and must not be one here.
                if type(value) is int and lowest <= value <= highest:
                    return ""
                legal = f"a whole number from {lowest} to {highest} {unit}"
                return f"{name} = {value!r} is not {legal}, its default {default} is used"
        return f"{name} is not a setting"


def _read(record: bytes) -> dict | None:
    """The values in a record, None for one that is none."""
    try:
        kept = json.loads(record)
    except ValueError:
        return None
    return kept if isinstance(kept, dict) else None
