"""Spares a host the adverts it has just seen: in a street faster than life units repeat themselves as fast.

An advert stays the same for ten seconds of the street, and a unit sends it each second; sixty times as fast
as life that is sixty a second of each unit, of which a program beside the street learns nothing.
"""

import time
from collections.abc import Callable
from typing import Any

_ADVERT = b"\x04\x3e"  # HCI event, LE meta event (Core 5.4, Vol 4, Part E, 7.7.65)
_ONE_REPORT = b"\x02\x01"  # LE advertising report, one (7.7.65.2)
_ADDRESS = slice(5, 13)  # type of event, type of address, address
_AGAIN_S = 1.0
_MOST_KNOWN = 4096


class Repeats:
    """Hands packets on to `host`, but for adverts that were handed on within the last real second."""

    def __init__(self, host: Any, clock: Callable[[], float] = time.monotonic):
        self._host = host
        self._clock = clock
        self._known: dict[bytes, tuple[bytes, float]] = {}

    def on_packet(self, packet: bytes) -> None:
        """Take an HCI packet of the controller's."""
        if packet[:2] != _ADVERT or packet[3:5] != _ONE_REPORT or self._is_news(packet):
            self._host.on_packet(packet)

    def on_transport_lost(self) -> None:
        """The controller has gone."""
        self._host.on_transport_lost()

    def _is_news(self, packet: bytes) -> bool:
        sender, said, now_s = packet[_ADDRESS], packet[:-1], self._clock()  # the last byte is the RSSI
        before, until_s = self._known.get(sender, (b"", 0.0))
        if said == before and now_s < until_s:
            return False
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[sender] = said, now_s + _AGAIN_S
        return True
