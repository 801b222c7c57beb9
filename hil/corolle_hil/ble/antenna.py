"""A BLE radio in the air: where it is, when it listens and what it has on the air."""

from collections.abc import Callable
from dataclasses import dataclass, field

from corolle_hil.ble.pdu import CHANNEL_STEP_US, CHANNELS, Broadcast
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

    def catches(self, start_us: int, pdu_us: int) -> int | None:
        """When the PDU begins that it hears of an advertising event: on its channel, within its window."""
        since_start_us = start_us - self.since_us
        for channel in range(CHANNELS):
            turn, into_us = divmod(since_start_us + channel * CHANNEL_STEP_US, self.interval_us)
            if turn % CHANNELS == channel and into_us + pdu_us <= self.window_us and turn >= 0:
                return start_us + channel * CHANNEL_STEP_US
        return None


@dataclass(slots=True)
class Flight:
    """One advertising event under way.

    Attributes:
        pdu_us: time on air on each of its channels.
        rivals: those whose PDUs overlap its own; all step from channel to channel alike, so on each or none.
    """

    antenna: "Antenna"
    broadcast: Broadcast
    start_us: int
    pdu_us: int
    rivals: list["Flight"] = field(default_factory=list)

    @property
    def end_us(self) -> int:
        """When its last PDU is over."""
        return self.start_us + (CHANNELS - 1) * CHANNEL_STEP_US + self.pdu_us


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

    def transmits(self, begin_us: int, pdu_us: int) -> bool:
        """Whether it advertises meanwhile."""
        flight = self.last_flight
        return flight is not None and flight.start_us < begin_us + pdu_us and begin_us < flight.end_us
