"""One report over two links is one report: known by its unit and its sequence, whichever link is first."""

from collections import deque

from corolle_gateway.model import BleRadio, Uplink

# Reports and events are counted together, modulo 256: a unit takes many hours for that.
_WINDOW_S = 3600.0
_REMEMBERED = 16


class Twins:
    """Remembers the last messages of each unit that speaks over more than one link."""

    def __init__(self) -> None:
        self._recent: dict[str, deque[tuple[bool, int, int, float]]] = {}

    def watch(self, unit: str) -> None:
        """The unit may be heard over BLE as well."""
        self._recent.setdefault(unit, deque(maxlen=_REMEMBERED))

    def is_twin(self, uplink: Uplink, seq: int) -> bool:
        """Whether another link has brought this message already; it is remembered if not."""
        recent = self._recent.get(uplink.unit.name)
        if recent is None:
            return False
        is_ble = isinstance(uplink.radio, BleRadio)
        for other_is_ble, port, other_seq, time_s in recent:
            same = (port, other_seq) == (uplink.port, seq) and other_is_ble is not is_ble
            if same and abs(uplink.time_s - time_s) < _WINDOW_S:
                return True
        recent.append((is_ble, uplink.port, seq, uplink.time_s))
        return False
