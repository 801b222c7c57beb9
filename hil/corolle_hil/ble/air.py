"""The BLE air: who receives which advert, how strongly, and why somebody does not."""

import math
from collections import Counter
from collections.abc import Callable
from statistics import NormalDist

from corolle_hil.ble.antenna import Antenna, Ear, Flight
from corolle_hil.ble.pdu import ADV_DELAY_US, Broadcast
from corolle_hil.scheduler import Handle, Scheduler
from corolle_hil.world.propagation import Position, Propagation

SENSITIVITY_DBM = -94.0  # an ESP32's receiver at 1 Mbit/s
_FADING_DB = 3.0  # of one PDU around its link's mean: people, cars and channels come and go
_FADING = NormalDist(0.0, _FADING_DB)
_REACH_DB = 3 * _FADING_DB  # a mean this far below the sensitivity is out of range for good
_CAPTURE_DB = 8.0  # the stronger of two PDUs survives from here on
# Free space at 1 m and 2.44 GHz is 40.2 dB. The exponent is the least that Rappaport gives for cities (2.7 to
# 3.5; Wireless Communications, table 4.2), as lamp posts mostly see each other.
_LOSS_AT_1KM_DB, _EXPONENT, _SHADOWING_DB = 40.2 + 3 * 27.0, 2.7, 4.0
_NOTHING = (-math.inf, 1.0)
Watch = Callable[[Antenna, Antenna | None, Broadcast], None]
Reach = dict[Antenna, tuple[float, float]]  # who may hear it: mean RSSI there, probability to miss a PDU
Audience = list[tuple[Antenna, Ear, float, float]]


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
    moment of its interval that chance chooses. `tally` counts adverts received, and those that collided
    or came while the receiver sent itself. `watch` is called with each PDU: by whom, to whom (None: it begins
    to be advertised), and what.

    Args:
        loss: probability that a PDU is lost at a radio for no reason of this model (0 to below 1).
    """

    def __init__(self, scheduler: Scheduler, loss: float = 0.0):
        if not 0 <= loss < 1:
            raise ValueError(f"loss = {loss}: legal range is 0 to below 1")
        self.loss = loss
        self.tally: Counter[str] = Counter()
        self.watch: Watch | None = None
        self._scheduler = scheduler
        self._rng = scheduler.rng("ble air")
        self._propagation = Propagation(scheduler.rng, _LOSS_AT_1KM_DB, _EXPONENT, _SHADOWING_DB)
        self._antennas: list[Antenna] = []
        self._beacons: dict[Antenna, list[Beacon]] = {}
        self._near: dict[Antenna, Reach] = {}  # who is in reach of whom
        self._audience: dict[Antenna, Audience] = {}  # of those, who listens
        self._aloft: list[Flight] = []

    def join(self, antenna: Antenna) -> None:
        """Put a radio up."""
        self._antennas.append(antenna)
        self._beacons[antenna] = []
        self._forget_reach()

    def leave(self, antenna: Antenna) -> None:
        """Take a radio away, with what it was doing."""
        for beacon in list(self._beacons.pop(antenna)):
            self._ground(beacon)
        antenna.ear = None
        self._antennas.remove(antenna)
        self._forget_reach()

    def move(self, antenna: Antenna, position: Position) -> None:
        """A radio is carried to another place."""
        antenna.position = position
        self._propagation.forget(antenna.name)
        self._forget_reach()
        for other in self._antennas:
            if other.ear:
                self._rouse(other)

    def listen(self, antenna: Antenna, ear: Ear | None) -> None:
        """Let a radio scan, or scan no more."""
        antenna.ear = ear
        self._audience.clear()
        if ear:
            self._rouse(antenna)

    def advertise(self, antenna: Antenna, broadcast: Broadcast, interval_us: int) -> Beacon:
        """Advertise from now on.

        The first event is not at once: boards compute in no time here, and all that heard the same thing
        would answer in the same microsecond, which no two controllers do.
        """
        if self.watch:
            self.watch(antenna, None, broadcast)
        beacon = Beacon(self, antenna, broadcast, interval_us)
        self._beacons[antenna].append(beacon)
        beacon.next = self._scheduler.after(self._rng.randrange(ADV_DELAY_US + 1), self._take_off, beacon)
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
        chance = self._rng.random()
        return None if chance < self._miss(mean_dbm) else self._strength(mean_dbm, chance)

    def _miss(self, mean_dbm: float) -> float:
        """Probability that a PDU on a link of this mean is too weak, or lost for no reason."""
        return 1 - (1 - _FADING.cdf(SENSITIVITY_DBM - mean_dbm)) * (1 - self.loss)

    def _strength(self, mean_dbm: float, chance: float) -> float:
        """Power of a PDU, by where between 0 and 1 its chance lies; one number decides both."""
        return mean_dbm + _FADING.inv_cdf(1 - (1 - chance) / (1 - self.loss))

    def _ground(self, beacon: Beacon) -> None:
        if beacon.next:
            beacon.next.cancel()
            beacon.next = None

    def _rouse(self, listener: Antenna) -> None:
        """Let those begin who had nobody to talk to; and the listener itself, who does not hear meanwhile."""
        for antenna in (listener, *self._in_reach(listener)):
            for beacon in self._beacons[antenna]:
                if beacon.next is None:
                    wait_us = self._rng.randrange(beacon.interval_us + ADV_DELAY_US)
                    beacon.next = self._scheduler.after(wait_us, self._take_off, beacon)

    def _in_reach(self, antenna: Antenna) -> Reach:
        if antenna not in self._near:
            means = {other: self.mean_dbm(antenna, other) for other in self._antennas if other is not antenna}
            least_dbm = SENSITIVITY_DBM - _REACH_DB
            self._near[antenna] = {
                other: (mean, self._miss(mean)) for other, mean in means.items() if mean > least_dbm
            }
        return self._near[antenna]

    def _listening(self, antenna: Antenna) -> Audience:
        """Who of those in reach listens: seldom changed, and looked at twice in each advertising event."""
        if antenna not in self._audience:
            reach = self._in_reach(antenna).items()
            self._audience[antenna] = [(other, other.ear, *how) for other, how in reach if other.ear]
        return self._audience[antenna]

    def _forget_reach(self) -> None:
        self._near.clear()
        self._audience.clear()

    def _take_off(self, beacon: Beacon) -> None:
        beacon.next = None
        if not (beacon.antenna.ear or self._listening(beacon.antenna)):
            return
        flight = Flight(beacon.antenna, beacon.broadcast, self._scheduler.now_us, beacon.broadcast.pdu_us)
        beacon.antenna.last_flight = flight
        self._meet_rivals(flight)
        self._scheduler.at(flight.end_us, self._land, flight)
        delay_us = beacon.interval_us + self._rng.randrange(ADV_DELAY_US + 1)
        beacon.next = self._scheduler.after(delay_us, self._take_off, beacon)

    def _meet_rivals(self, flight: Flight) -> None:
        now_us = flight.start_us
        self._aloft = [other for other in self._aloft if other.start_us + other.pdu_us > now_us]
        for other in self._aloft:
            flight.rivals.append(other)
            other.rivals.append(flight)
        self._aloft.append(flight)

    def _land(self, flight: Flight) -> None:
        """The event is over: who listened has received it, or not. Most are too far away: they go first."""
        random, start_us, pdu_us = self._rng.random, flight.start_us, flight.pdu_us
        for antenna, ear, mean_dbm, miss in self._listening(flight.antenna):
            chance = random()
            if chance >= miss:
                begin_us = ear.catches(start_us, pdu_us)
                if begin_us is not None:
                    self._arrive(flight, antenna, ear, self._strength(mean_dbm, chance), begin_us)

    def _arrive(self, flight: Flight, antenna: Antenna, ear: Ear, rssi_dbm: float, begin_us: int) -> None:
        if antenna.transmits(begin_us, flight.pdu_us):
            self.tally["half_duplex"] += 1
        elif flight.rivals and self._is_drowned(flight, antenna, rssi_dbm):
            self.tally["collided"] += 1
        else:
            if self.watch:
                self.watch(flight.antenna, antenna, flight.broadcast)
            self._deliver(flight.broadcast, antenna, ear, rssi_dbm)

    def _is_drowned(self, flight: Flight, antenna: Antenna, rssi_dbm: float) -> bool:
        """Whether another PDU meets it, too strong for the receiver to tell the two apart."""
        least_dbm = rssi_dbm - _CAPTURE_DB
        return any(
            self._in_reach(rival.antenna).get(antenna, _NOTHING)[0] > least_dbm for rival in flight.rivals
        )

    def _deliver(self, broadcast: Broadcast, antenna: Antenna, ear: Ear, rssi_dbm: float) -> None:
        self.tally["received"] += 1
        antenna.heard(broadcast, round(rssi_dbm), False)
        if ear.active and broadcast.scannable:
            answer_dbm = self.rssi_dbm(rssi_dbm)
            if answer_dbm is not None:
                antenna.heard(broadcast, round(answer_dbm), True)
