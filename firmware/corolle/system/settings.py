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
        self._tables = tables
        self._store = store
        self._values = _Values()
        for row in rows(*self._tables):
            setattr(self._values, row[0], row[1])
        self.problems: list = []

    def load(self) -> bool:
        """Take what the store holds; False when the whole of it was unreadable or nothing was there."""
        record = self._store.load(_RECORD) if self._store else None
        if record is None:
            return False
        try:
            wanted = json.loads(record)
        except ValueError:
            wanted = None
        if not isinstance(wanted, dict):
            self.problems.append("settings are not a JSON object: all are at their defaults")
            return False
        self.take(wanted)
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
        problem = self._refusal(name, value)
        if problem:
            raise ValueError(problem)
        setattr(self._values, name, value)
        if self._store:
            self._store.save(_RECORD, json.dumps(self.by_name()).encode())

    def hash(self) -> int:
        """32 bits that are equal on two nodes when all their settings are."""
        values = self.by_name()
        text = ";".join(f"{row[0]}={values[row[0]]}" for row in rows(*self._tables))
        return crc32(text.encode())

    def by_name(self) -> dict:
        """All of them as they are now."""
        return {row[0]: self[row[0]] for row in rows(*self._tables)}

    def _refusal(self, name: str, value) -> str:
        """What is wrong with a value, "" when nothing is."""
        for known, default, lowest, highest, unit, _ in rows(*self._tables):
            if known == name:
                # bool is no int in MicroPython, and must not be one here.
                if type(value) is int and lowest <= value <= highest:
                    return ""
                legal = f"a whole number from {lowest} to {highest} {unit}"
                return f"{name} = {value!r} is not {legal}, its default {default} is used"
        return f"{name} is not a setting"
