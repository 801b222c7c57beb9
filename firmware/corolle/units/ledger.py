"""Counters that never go back, kept over power cuts by rare writes."""

import struct

_RECORD = "ledger"
_SPARE_S = 3600  # between two writes; what comes in between is lost with the power


class Ledger:
    """Whole numbers of 32 bits by name. `names` is their order in the record: append, never move."""

    def __init__(self, names: tuple, store, log, uptime_s):
        self._names = names
        self._format = f"<{len(names)}I"
        self._store = store
        self._log = log
        self._uptime_s = uptime_s
        self._written_at_s = uptime_s()
        self._changed = False
        # A record of an older version is shorter: what it does not have begins at 0.
        record = (store.load(_RECORD) or b"") + bytes(4 * len(names))
        self._values = list(struct.unpack_from(self._format, record))

    def __getitem__(self, name: str) -> int:
        return self._values[self._names.index(name)]

    def __setitem__(self, name: str, value: int) -> None:
        place = self._names.index(name)
        self._changed = self._changed or value != self._values[place]
        self._values[place] = value & 0xFFFFFFFF

    def keep(self, now: bool = False) -> None:
        """Write what has changed, at most once an hour unless it must be now."""
        due = now or self._uptime_s() - self._written_at_s >= _SPARE_S
        if not (self._changed and due):
            return
        self._written_at_s = self._uptime_s()
        self._changed = False
        try:
            self._store.save(_RECORD, struct.pack(self._format, *self._values))
        except OSError as error:
            self._log("store", level="error", record=_RECORD, error=str(error))
