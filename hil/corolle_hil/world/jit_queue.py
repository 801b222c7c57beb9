"""When a concentrator may send: the queue of frames that wait for their moment.

The rules and figures are those of Semtech's packet forwarder for the SX1302 (jitqueue).
"""

TX_START_US = 1500  # from the order to the first symbol
TX_MARGIN_US = 1000
PROGRAMMING_US = 40_000  # a frame is given to the chip this long before its moment
TOO_EARLY_US = 4 * 128 * 1_000_000
IMMEDIATE_US = 1_000_000  # what "immediately" means
_BEFORE_US = TX_START_US + PROGRAMMING_US
_WRAP = 1 << 32


class JitQueue:
    """Frames that are going to be sent, as (start, end) in the concentrator's own linear microseconds."""

    def __init__(self) -> None:
        self._slots: list[tuple[int, int]] = []

    def admit(self, now_us: int, start_us: int, airtime_us: int) -> str | None:
        """Take a frame in; returns None, or the error of TX_ACK when it cannot be sent at that moment."""
        if start_us - now_us <= TX_START_US + TX_MARGIN_US + PROGRAMMING_US:
            return "TOO_LATE"
        if start_us - now_us > TOO_EARLY_US:
            return "TOO_EARLY"
        if self._collides(start_us, airtime_us):
            return "COLLISION_PACKET"
        self._slots.append((start_us, start_us + airtime_us))
        return None

    def soonest_us(self, now_us: int, airtime_us: int) -> int:
        """The first moment at which an immediate frame fits."""
        start_us = now_us + IMMEDIATE_US
        for _, end_us in sorted(self._slots):
            if not self._collides(start_us, airtime_us):
                break
            start_us = max(start_us, end_us + _BEFORE_US + PROGRAMMING_US + TX_MARGIN_US)
        return start_us

    def forget(self, now_us: int) -> None:
        """Drop what has been sent."""
        self._slots = [slot for slot in self._slots if slot[1] > now_us]

    def clear(self) -> None:
        """Drop everything."""
        self._slots.clear()

    def _collides(self, start_us: int, airtime_us: int) -> bool:
        return any(
            start_us - _BEFORE_US - TX_MARGIN_US < end_us
            and start_us + airtime_us + TX_MARGIN_US > other_us - _BEFORE_US
            for other_us, end_us in self._slots
        )


def unwrap_us(tmst: int, now_us: int) -> int:
    """The linear time nearest to now that a 32-bit timestamp stands for."""
    ahead = (tmst - now_us) % _WRAP
    return now_us + (ahead - _WRAP if ahead >= _WRAP // 2 else ahead)
