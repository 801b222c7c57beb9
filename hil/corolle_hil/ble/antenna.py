"""A BLE radio in the air: where it is, when it listens and what it has on the air."""

from collections.abc import Callable
from dataclasses import dataclass, field

from corolle_hil.ble.pdu import CHANNELS, Broadcast
from corolle_hil.world.propagation import Position


@dataclass(frozen=True, slots=True)
class Ear:
    """A scanner: `window_us` of every `interval_us`, on one channel after the other (LL 4.4.3).

    Attributes:
        since_us: when its first window opened.
        active: whether it asks for scan responses.
    """

    interval_us: int
    window_us: int
    since_us: int
    active: bool = False

    def hears(self, channel: int, begin_us: int, length_us: int) -> bool:
        """Whether it is on that channel (0, 1, 2) for the whole of a PDU."""
        turn, into_us = divmod(begin_us - self.since_us, self.interval_us)
        return turn >= 0 and turn % CHANNELS == channel and into_us + length_us <= self.window_us


@dataclass(slots=True)
class Flight:
    """One advertising event under way."""

    antenna: "Antenna"
    broadcast: Broadcast
    start_us: int
    end_us: int
    rivals: list["Flight"] = field(default_factory=list)  # those it overlaps in time


Heard = Callable[[Broadcast, int, bool], None]  # (what, RSSI in dBm, whether it is the scan response)


@dataclass(eq=False, slots=True)
class Antenna:
    """One radio.

    Attributes:
        heard: called with each PDU it receives.
        ear: how it listens; None: not at all.
        last_flight: its latest advertising event; while one lasts it hears nothing.
    """

    name: str
    position: Position
    heard: Heard
    power_dbm: float = 3.0  # what an ESP32 sends at by default, ESP_PWR_LVL_P3
    ear: Ear | None = None
    last_flight: Flight | None = None

    def transmits(self, begin_us: int, end_us: int) -> bool:
        """Whether it advertises meanwhile."""
        flight = self.last_flight
        return flight is not None and flight.start_us < end_us and begin_us < flight.end_us
