"""The LoRa air: every frame under way, who hears it, and why nobody did."""

from collections.abc import Callable

from corolle_hil.scheduler import Scheduler
from corolle_hil.world import lora
from corolle_hil.world.flight import Flight, Radio, Reception, Side, Tally
from corolle_hil.world.lora import Signal
from corolle_hil.world.propagation import Propagation


class Air:
    """The medium all radios of a street share.

    `tally["node"]` counts uplinks and `tally["gateway"]` downlinks: sent, received by somebody of the other
    side, lost by cause.

    Args:
        loss: probability that a frame is lost at a radio for no reason of this model (0 to 1).
    """

    def __init__(self, scheduler: Scheduler, propagation: Propagation, loss: float = 0.0):
        if not 0 <= loss <= 1:
            raise ValueError(f"loss = {loss}: legal range is 0 to 1")
        self.tally: dict[Side, Tally] = {"node": Tally(), "gateway": Tally()}
        self.loss = loss
        self._scheduler = scheduler
        self._propagation = propagation
        self._rng = scheduler.rng("air")
        self._radios: list[Radio] = []
        self._flights: list[Flight] = []
        self._watchers: list[Callable[[Flight, str | None], None]] = []

    def join(self, radio: Radio) -> None:
        """Put an antenna up."""
        self._radios.append(radio)

    def watch(self, fn: Callable[[Flight, str | None], None]) -> None:
        """Call `fn(flight, cause)` when a frame has ended; cause is None when somebody received it."""
        self._watchers.append(fn)

    def transmit(self, radio: Radio, signal: Signal) -> Flight:
        """Send `signal` from now on."""
        now_us = self._scheduler.now_us
        flight = Flight(signal, radio, now_us, now_us + signal.airtime_us)
        self._meet_rivals(flight)
        self._flights.append(flight)
        self.tally[radio.side].sent += 1
        for other in self._radios:
            if other is not radio:
                self._announce(flight, other)
        self._scheduler.at(flight.end_us, self._end, flight)
        return flight

    def wake(self, radio: Radio) -> None:
        """`radio` has just begun to listen: it may still catch a preamble under way."""
        now_us = self._scheduler.now_us
        for flight in self._flights:
            if flight.source is not radio and now_us <= flight.last_entry_us:
                if radio.listening_since_us(flight.signal) == now_us:
                    self._expect(flight, radio)

    def cut(self, flight: Flight) -> None:
        """The transmitter stopped in mid-frame."""
        flight.cut = True

    def power_dbm(self, flight: Flight, radio: Radio) -> float:
        """Power of a frame at a radio's antenna."""
        source = flight.source
        loss_db = self._propagation.loss_db(source.name, source.position, radio.name, radio.position)
        return flight.signal.power_dbm - loss_db

    def _meet_rivals(self, flight: Flight) -> None:
        self._flights = [other for other in self._flights if other.end_us > flight.start_us]
        for other in self._flights:
            if lora.overlaps(flight.signal, other.signal):
                flight.rivals.append(other)
                other.rivals.append(flight)

    def _announce(self, flight: Flight, radio: Radio) -> None:
        if radio.transmitting:
            flight.missed[radio.name] = "half_duplex"
        elif radio.listening_since_us(flight.signal) is not None:
            self._expect(flight, radio)

    def _expect(self, flight: Flight, radio: Radio) -> None:
        self._scheduler.after(flight.detection_us, self._lock, flight, radio)

    def _lock(self, flight: Flight, radio: Radio) -> None:
        if flight.is_followed_by(radio):
            return
        reception = self._receive(flight, radio)
        cause = self._deaf(flight, radio, reception)
        if cause:
            flight.missed[radio.name] = cause
            return
        flight.receptions.append(reception)
        self._scheduler.at(flight.start_us + flight.signal.header_us, self._header, flight, reception)

    def _deaf(self, flight: Flight, radio: Radio, reception: Reception) -> str | None:
        signal = flight.signal
        if radio.transmitting:
            return "half_duplex"
        since_us = radio.listening_since_us(signal)
        if since_us is None or self._scheduler.now_us - since_us < flight.detection_us:
            return "left"
        if reception.power_dbm < lora.sensitivity_dbm(signal.sf, signal.bw_hz, radio.noise_figure_db):
            return "out_of_range"
        return radio.lock(reception)

    def _receive(self, flight: Flight, radio: Radio) -> Reception:
        power_dbm = self.power_dbm(flight, radio)
        noise_dbm = lora.noise_floor_dbm(flight.signal.bw_hz, radio.noise_figure_db)
        rssi_dbm = lora.sum_dbm([power_dbm, noise_dbm])
        return Reception(flight.signal, radio, power_dbm, rssi_dbm, power_dbm - noise_dbm)

    def _header(self, flight: Flight, reception: Reception) -> None:
        if reception.cause is None:
            reception.cause = self._disturbed(flight, reception, self._scheduler.now_us)
            reception.radio.header(reception)

    def _end(self, flight: Flight) -> None:
        for reception in flight.receptions:
            if reception.cause is None:
                reception.cause = self._spoilt(flight, reception)
                reception.radio.finish(reception)
        # Whoever still flies holds this one as a rival; its own rivals would keep all past frames alive.
        flight.rivals.clear()
        cause = flight.verdict([radio for radio in self._radios if radio.side != flight.source.side])
        self.tally[flight.source.side].count(cause)
        for fn in self._watchers:
            fn(flight, cause)

    def _spoilt(self, flight: Flight, reception: Reception) -> str | None:
        if flight.cut:
            return "cut"
        if self.loss and self._rng.random() < self.loss:
            return "random"
        return self._disturbed(flight, reception, flight.end_us)

    def _disturbed(self, flight: Flight, reception: Reception, until_us: int) -> str | None:
        """Whether rivals spoil what follows the first preamble symbols.

        An interferer that ends before the last symbols of the preamble does no harm (Bor and others, "Do
        LoRa low-power wide-area networks scale?", 2016).
        """
        kinds: dict[tuple[int, bool], list[Flight]] = {}
        for rival in flight.rivals:
            if rival.end_us > flight.last_entry_us and rival.start_us < until_us:
                kinds.setdefault((rival.signal.sf, rival.signal.iq_inverted), []).append(rival)
        for rivals in kinds.values():
            power_dbm = lora.sum_dbm([self.power_dbm(rival, reception.radio) for rival in rivals])
            if reception.power_dbm - power_dbm < lora.isolation_db(flight.signal, rivals[0].signal):
                return "collision"
        return None
