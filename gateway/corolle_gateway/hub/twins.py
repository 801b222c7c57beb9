"""One report over two links is one report: known by its unit and its sequence, whichever link is first."""

from collections import deque

from corolle_gateway.model import BleRadio, Uplink
from corolle_gateway.pending import Pending

# Reports and events are counted together, modulo 256: a unit takes many hours for that.
_WINDOW_S = 3600.0
_REMEMBERED = 16

_Seen = tuple[bool, int, int, float]  # over BLE or not, port, sequence, when


class Twins:
    """Remembers the last messages of each unit that speaks over more than one link."""

    def __init__(self) -> None:
        self._recent: dict[str, deque[_Seen]] = {}

    def watch(self, unit: str) -> None:
        """The unit may be heard over BLE as well."""
        self._recent.setdefault(unit, deque(maxlen=_REMEMBERED))

    def forget(self, unit: str) -> None:
        """The unit has another controller, which counts for itself."""
        self._recent.pop(unit, None)

    def is_twin(self, uplink: Uplink, seq: int) -> bool:
        """Whether another link has brought this message already."""
        recent = self._recent.get(uplink.unit.name)
        return recent is not None and any(
            other_is_ble is not _is_ble(uplink)
            and (port, other_seq) == (uplink.port, seq)
            and abs(uplink.time_s - time_s) < _WINDOW_S
            for other_is_ble, port, other_seq, time_s in recent
        )

    def taken(self, uplink: Uplink, seq: int, stored: Pending[bool]) -> None:
        """A message is on its way into the store; if it does not get there, the other link's is welcome."""
        recent = self._recent.get(uplink.unit.name)
        if recent is None:
            return
        seen = _is_ble(uplink), uplink.port, seq, uplink.time_s
        recent.append(seen)

        def ended(done: Pending[bool]) -> None:
            if not done.came_true and seen in recent:
                recent.remove(seen)

        stored.then(ended)


def _is_ble(uplink: Uplink) -> bool:
    return isinstance(uplink.radio, BleRadio)
