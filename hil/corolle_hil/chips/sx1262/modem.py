"""The SX1262's LoRa modem: the antenna that the chip puts into the air."""

from random import Random
from typing import Protocol

from corolle_hil.scheduler import Scheduler
from corolle_hil.world.air import Air
from corolle_hil.world.flight import Flight, Reception, Side
from corolle_hil.world.lora import Signal
from corolle_hil.world.propagation import Position

_NOISE_FIGURE_DB = 6.0  # boosted: -137 dBm at SF12 (datasheet table 3-8)
_NOISE_FIGURE_SAVING_DB = 8.0


class Events(Protocol):
    """What the modem tells its chip."""

    def on_preamble(self) -> None:
        """A preamble was found."""
        ...

    def on_header(self, valid: bool) -> None:
        """A header is over."""
        ...

    def on_packet(self, payload: bytes, reception: Reception, crc_error: bool) -> None:
        """A frame is over."""
        ...


class Modem:
    """A half-duplex radio that follows one frame at a time."""

    side: Side = "node"

    def __init__(self, scheduler: Scheduler, air: Air, name: str, position: Position, events: Events):
        self.name = name
        self.position = position
        self.noise_figure_db = _NOISE_FIGURE_DB
        self.iq_tuned = True
        self._scheduler = scheduler
        self._air = air
        self._events = events
        self._rng: Random = scheduler.rng(f"modem {name}")
        self._wanted: Signal | None = None
        self._since_us = 0
        self._reception: Reception | None = None
        self._flight: Flight | None = None
        air.join(self)

    @property
    def transmitting(self) -> bool:
        """Whether it is sending now."""
        return self._flight is not None

    @property
    def following(self) -> bool:
        """Whether it has locked on to a frame."""
        return self._reception is not None

    def transmit(self, signal: Signal) -> int:
        """Send; returns the time on air in microseconds."""
        self._flight = self._air.transmit(self, signal)
        return self._flight.end_us - self._flight.start_us

    def sent(self) -> None:
        """The frame is out."""
        self._flight = None

    def listen(self, wanted: Signal, boosted: bool, switch_loss_db: float) -> None:
        """Wait for signals like `wanted`, from now on."""
        self._wanted = wanted
        self._since_us = self._scheduler.now_us
        self.noise_figure_db = (_NOISE_FIGURE_DB if boosted else _NOISE_FIGURE_SAVING_DB) + switch_loss_db
        self._air.wake(self)

    def stop(self) -> None:
        """Neither send nor listen; what was under way is lost."""
        if self._flight:
            self._air.cut(self._flight)
            self._flight = None
        if self._reception:
            self._reception.abandon("left")
            self._reception = None
        self._wanted = None

    def listening_since_us(self, signal: Signal) -> int | None:
        """See Radio. A receiver bears a quarter of its bandwidth of frequency error (datasheet 6.1.1)."""
        wanted = self._wanted
        if wanted is None or abs(signal.freq_hz - wanted.freq_hz) > wanted.bw_hz / 4:
            return None
        return self._since_us if _kind(signal) == _kind(wanted) else None

    def lock(self, reception: Reception) -> str | None:
        """See Radio."""
        if self._reception or self._wanted is None:
            return "receiver_busy"
        if reception.signal.low_data_rate != self._wanted.low_data_rate:
            return "low_data_rate_mismatch"
        self._reception = reception
        self._events.on_preamble()
        return None

    def header(self, reception: Reception) -> None:
        """See Radio."""
        if reception.cause:
            self._reception = None
        self._events.on_header(reception.cause is None)

    def finish(self, reception: Reception) -> None:
        """See Radio. Without a CRC in the frame nobody notices that its bytes are wrong."""
        self._reception = None
        payload = reception.signal.payload
        if not self.iq_tuned and len(payload) > 16:
            reception.abandon("iq_erratum")
        if reception.cause is None:
            self._events.on_packet(payload, reception, crc_error=False)
        else:
            self._events.on_packet(self._garbled(payload), reception, crc_error=reception.signal.crc)

    def _garbled(self, payload: bytes) -> bytes:
        return bytes(byte ^ self._rng.randrange(256) for byte in payload)


def _kind(signal: Signal) -> tuple:
    return signal.sf, signal.bw_hz, signal.iq_inverted, signal.sync_word, signal.explicit_header
