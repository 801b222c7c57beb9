"""A frame on its way: who sent it, who follows it, and what became of it at each radio."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, Protocol

from corolle_hil.world import lora
from corolle_hil.world.lora import Signal
from corolle_hil.world.propagation import Position

Side = Literal["node", "gateway"]

# Why a frame was lost. Where several radios missed it for different reasons, the first of these is counted.
CAUSES = (
    "random",
    "collision",
    "cut",
    "low_data_rate_mismatch",
    "iq_erratum",
    "left",
    "receiver_busy",
    "half_duplex",
    "out_of_range",
    "not_listening",
)


class Radio(Protocol):
    """An antenna in the street."""

    name: str
    side: Side
    position: Position
    noise_figure_db: float

    @property
    def transmitting(self) -> bool:
        """Whether it is sending now."""
        ...

    def listening_since_us(self, signal: Signal) -> int | None:
        """Since when it has been listening for such a signal; None when it is not."""
        ...

    def lock(self, reception: "Reception") -> str | None:
        """A preamble was found. Returns the cause when the radio cannot follow it."""
        ...

    def header(self, reception: "Reception") -> None:
        """The header is over; `reception.cause` says whether it could be read."""
        ...

    def finish(self, reception: "Reception") -> None:
        """The frame is over; `reception.cause` is None when every byte is right."""
        ...


@dataclass(eq=False, slots=True)
class Reception:
    """One frame at one radio that has locked on to it."""

    signal: Signal
    radio: Radio
    power_dbm: float
    rssi_dbm: float
    snr_db: float
    cause: str | None = None

    def abandon(self, cause: str) -> None:
        """The radio stops following the frame."""
        if self.cause is None:
            self.cause = cause


@dataclass(eq=False, slots=True)
class Flight:
    """One frame under way.

    `rivals` are the frames that share some of its time and band, `missed` says why a radio that might have
    followed it did not.
    """

    signal: Signal
    source: Radio
    start_us: int
    end_us: int
    rivals: "list[Flight]" = field(default_factory=list)
    receptions: list[Reception] = field(default_factory=list)
    missed: dict[str, str] = field(default_factory=dict)
    cut: bool = False

    @property
    def detection_us(self) -> int:
        """Time a receiver needs to find it."""
        return round(lora.DETECTION_SYMBOLS * self.signal.symbol_us)

    @property
    def last_entry_us(self) -> int:
        """Who starts listening later than this misses too much of the preamble."""
        spare = self.signal.preamble_symbols - lora.DETECTION_SYMBOLS
        return self.start_us + round(spare * self.signal.symbol_us)

    def is_followed_by(self, radio: Radio) -> bool:
        """Whether a radio has locked on to it."""
        return any(reception.radio is radio for reception in self.receptions)

    def verdict(self, audience: list[Radio]) -> str | None:
        """None when somebody of the audience received it, else the cause that came nearest to success."""
        causes = {self.missed.get(radio.name, "not_listening") for radio in audience}
        for reception in self.receptions:
            if reception.radio in audience:
                if reception.cause is None:
                    return None
                causes.add(reception.cause)
        return min(causes, key=CAUSES.index, default="not_listening")


@dataclass(slots=True)
class Tally:
    """What became of the frames of one direction."""

    sent: int = 0
    received: int = 0
    lost: Counter[str] = field(default_factory=Counter)

    def count(self, cause: str | None) -> None:
        """Add a frame that has ended."""
        if cause is None:
            self.received += 1
        else:
            self.lost[cause] += 1
