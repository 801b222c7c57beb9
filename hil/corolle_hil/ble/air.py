"""The BLE air: who receives which advert, how strongly, and why somebody does not."""

from collections import Counter

from corolle_hil.ble.antenna import Antenna, Ear, Flight
from corolle_hil.ble.pdu import ADV_DELAY_US, CHANNEL_STEP_US, CHANNELS, Broadcast
from corolle_hil.scheduler import Handle, Scheduler
from corolle_hil.world.propagation import Position, Propagation

SENSITIVITY_DBM = -94.0  # an ESP32's receiver at 1 Mbit/s
_FADING_DB = 3.0  # of one PDU around its link's mean: people, cars and channels come and go
_REACH_DB = 4 * _FADING_DB  # a mean this far below the sensitivity is out of range for good
_CAPTURE_DB = 8.0  # the stronger of two PDUs survives from here on
# Free space at 1 m and 2.44 GHz is 40.2 dB; the exponent is one of a street with things in it.
_LOSS_AT_1KM_DB, _EXPONENT, _SHADOWING_DB = 40.2 + 3 * 25.0, 2.5, 4.0


class Beacon:
    """An advertiser at work."""

    __slots__ = ("_air", "antenna", "broadcast", "interval_us", "next")

    def __init__(self, air: "BleAir", antenna: Antenna, broadcast: Broadcast, interval_us: int):
        self._air = air
        self.antenna = antenna
        self.broadcast = broadcast
        self.interval_us = interval_us
        self.next: Handle | None = None  # None: nobody listens, so it does nothing

    def stop(self) -> None:
        """Advertise no more; an event under way ends as it began."""
        self._air.silence(self)


class BleAir:
    """The medium all BLE radios of a street share.

    An advertiser that nobody in reach listens to costs nothing: its events begin when somebody does, at a
    moment of its interval that chance chooses. `tally` counts PDUs received, and those missed by cause.

    Args:
        loss: probability that a PDU is lost at a radio for no reason of this model (0 to 1).
    """

    def __init__(self, scheduler: Scheduler, loss: float = 0.0):
        if not 0 <= loss <= 1:
            raise ValueError(f"loss = {loss}: legal range is 0 to 1")
        self.loss = loss
        self.tally: Counter[str] = Counter()
        self._scheduler = scheduler
        self._rng = scheduler.rng("ble air")
        self._propagation = Propagation(scheduler.rng, _LOSS_AT_1KM_DB, _EXPONENT, _SHADOWING_DB)
        self._antennas: list[Antenna] = []
        self._beacons: dict[Antenna, list[Beacon]] = {}
        self._near: dict[Antenna, list[tuple[Antenna, float]]] = {}  # who is in reach, and its mean RSSI
        self._aloft: list[Flight] = []

    def join(self, antenna: Antenna) -> None:
        """Put a radio up."""
        self._antennas.append(antenna)
        self._beacons[antenna] = []
        self._near.clear()

    def leave(self, antenna: Antenna) -> None:
        """Take a radio away, with what it was doing."""
        for beacon in list(self._beacons.pop(antenna)):
            self._ground(beacon)
        antenna.ear = None
        self._antennas.remove(antenna)
        self._near.clear()

    def move(self, antenna: Antenna, position: Position) -> None:
        """A radio is carried to another place."""
        antenna.position = position
        self._propagation.forget(antenna.name)
        self._near.clear()
        for other in self._antennas:
            if other.ear:
                self._rouse(other)

    def listen(self, antenna: Antenna, ear: Ear | None) -> None:
        """Let a radio scan, or scan no more."""
        antenna.ear = ear
        if ear:
            self._rouse(antenna)

    def advertise(self, antenna: Antenna, broadcast: Broadcast, interval_us: int) -> Beacon:
        """Advertise from now on."""
        beacon = Beacon(self, antenna, broadcast, interval_us)
        self._beacons[antenna].append(beacon)
        beacon.next = self._scheduler.after(0, self._take_off, beacon)
        return beacon

    def silence(self, beacon: Beacon) -> None:
        """What `Beacon.stop` does."""
        beacons = self._beacons.get(beacon.antenna, [])
        if beacon in beacons:
            beacons.remove(beacon)
        self._ground(beacon)

    def mean_dbm(self, sender: Antenna, receiver: Antenna) -> float:
        """Mean power of one radio at another."""
        return sender.power_dbm - self._propagation.loss_db(
            sender.name, sender.position, receiver.name, receiver.position
        )

    def rssi_dbm(self, mean_dbm: float) -> float | None:
        """Power of one PDU on a link of this mean; None when it is not received."""
        rssi_dbm = mean_dbm + self._rng.gauss(0.0, _FADING_DB)
        if rssi_dbm < SENSITIVITY_DBM or (self.loss and self._rng.random() < self.loss):
            return None
        return rssi_dbm

    def _ground(self, beacon: Beacon) -> None:
        if beacon.next:
            beacon.next.cancel()
            beacon.next = None

    def _rouse(self, listener: Antenna) -> None:
        """Let those begin who had nobody to talk to."""
        for antenna, _ in self._in_reach(listener):
            for beacon in self._beacons[antenna]:
                if beacon.next is None:
                    wait_us = self._rng.randrange(beacon.interval_us + ADV_DELAY_US)
                    beacon.next = self._scheduler.after(wait_us, self._take_off, beacon)

    def _in_reach(self, antenna: Antenna) -> list[tuple[Antenna, float]]:
        if antenna not in self._near:
            means = [
                (other, self.mean_dbm(antenna, other)) for other in self._antennas if other is not antenna
            ]
            self._near[antenna] = [pair for pair in means if pair[1] > SENSITIVITY_DBM - _REACH_DB]
        return self._near[antenna]

    def _take_off(self, beacon: Beacon) -> None:
        beacon.next = None
        if not any(antenna.ear for antenna, _ in self._in_reach(beacon.antenna)):
            return
        now_us = self._scheduler.now_us
        flight = Flight(beacon.antenna, beacon.broadcast, now_us, now_us + beacon.broadcast.event_us)
        beacon.antenna.last_flight = flight
        self._aloft = [other for other in self._aloft if other.end_us > now_us]
        for other in self._aloft:
            flight.rivals.append(other)
            other.rivals.append(flight)
        self._aloft.append(flight)
        self._scheduler.at(flight.end_us, self._land, flight)
        delay_us = beacon.interval_us + self._rng.randrange(ADV_DELAY_US + 1)
        beacon.next = self._scheduler.after(delay_us, self._take_off, beacon)

    def _land(self, flight: Flight) -> None:
        for antenna, mean_dbm in self._in_reach(flight.antenna):
            if antenna.ear:
                self._arrive(flight, antenna, antenna.ear, mean_dbm)

    def _arrive(self, flight: Flight, antenna: Antenna, ear: Ear, mean_dbm: float) -> None:
        begin_us, length_us = flight.start_us, flight.broadcast.pdu_us
        for channel in range(CHANNELS):
            if ear.hears(channel, begin_us, length_us):
                self._receive(flight, antenna, ear, mean_dbm, begin_us)
            begin_us += CHANNEL_STEP_US

    def _receive(self, flight: Flight, antenna: Antenna, ear: Ear, mean_dbm: float, begin_us: int) -> None:
        end_us = begin_us + flight.broadcast.pdu_us
        rssi_dbm = self.rssi_dbm(mean_dbm)
        if antenna.transmits(begin_us, end_us):
            self.tally["half_duplex"] += 1
        elif rssi_dbm is None:
            self.tally["lost"] += 1
        elif flight.rivals and self._drowned(flight, antenna, rssi_dbm):
            self.tally["collided"] += 1
        else:
            self._deliver(flight, antenna, ear, rssi_dbm)

    def _drowned(self, flight: Flight, antenna: Antenna, rssi_dbm: float) -> bool:
        """Whether another PDU meets it on its channel, too strong for the receiver to tell them apart."""
        length_us = flight.broadcast.pdu_us
        return any(
            rival.start_us < flight.start_us + length_us
            and flight.start_us < rival.start_us + rival.broadcast.pdu_us
            and self.mean_dbm(rival.antenna, antenna) > rssi_dbm - _CAPTURE_DB
            for rival in flight.rivals
            if rival.antenna is not antenna
        )

    def _deliver(self, flight: Flight, antenna: Antenna, ear: Ear, rssi_dbm: float) -> None:
        self.tally["received"] += 1
        antenna.heard(flight.broadcast, round(rssi_dbm), False)
        if ear.active and flight.broadcast.scannable:
            answer_dbm = self.rssi_dbm(rssi_dbm)
            if answer_dbm is not None:
                antenna.heard(flight.broadcast, round(answer_dbm), True)
