"""A connection in the air: packets wait for connection events, are repeated when lost, and time out."""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from bumble import hci, ll
from bumble.controller import Connection, Controller

from corolle_hil.ble.air import SENSITIVITY_DBM
from corolle_hil.ble.antenna import Antenna
from corolle_hil.scheduler import Handle

if TYPE_CHECKING:
    from corolle_hil.ble.link import AirLink

UNIT_US = 1250  # of the connection interval (Core 5.4, Vol 6, Part B, 4.5.1)
_TIMEOUT_UNIT_US = 10_000
_PACKET_BYTES = 251  # of one link layer packet, with the data length extension
_PACKET_US = 2500  # of a full one, the other side's empty one and the two gaps between them
_SOLID_DB = 6.0  # a mean this far above the sensitivity keeps an idle connection for good
LOST = hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR

Deliver = Callable[[], None]


class Side:
    """One end of a connection, and what it has to send."""

    def __init__(self, controller: Controller, address: hci.Address, antenna: Antenna):
        self.controller = controller
        self.address = address
        self.antenna = antenna
        self.outbox: deque[tuple[int, Deliver]] = deque()  # link layer packets still to go, and what then


def give_up(controller: Controller, connection: Connection, reason: int) -> None:
    """Tell a host that this connection is lost, unless it is over anyway."""
    if controller.le_connections.get(connection.peer_address) is connection:
        controller.on_le_disconnected(connection, reason)


class AirConnection:
    """Two sides that meet every `interval_us`.

    Only the events in which something has to go are worked out: those of an idle connection between two that
    hear each other well would change nothing.

    Args:
        link: whose connection it is.
    """

    def __init__(self, link: "AirLink", central: Side, peripheral: Side, request: ll.ConnectInd):
        self._link = link
        self.sides = (central, peripheral)
        self.timeout_us = request.timeout * _TIMEOUT_UNIT_US
        self.interval_us = request.interval * UNIT_US
        self._anchor_us = link.scheduler.now_us
        self._met_us = link.scheduler.now_us  # when the two last heard each other
        self._event: Handle | None = None

    def update(self, change: ll.ConnectionUpdateInd) -> None:
        """Meet at other intervals from now on."""
        self.interval_us = change.interval * UNIT_US
        self.timeout_us = change.timeout * _TIMEOUT_UNIT_US
        self._anchor_us = self._link.scheduler.now_us

    def send(self, sender: hci.Address, length: int, deliver: Deliver) -> None:
        """Let so many bytes go over; `deliver` is called when the last one has."""
        side = self.sides[0] if self.sides[0].address == sender else self.sides[1]
        side.outbox.append((max(1, -(-length // _PACKET_BYTES)), deliver))
        self.wake()

    @property
    def waiting(self) -> int:
        """How many messages still have to go, both ways."""
        return sum(len(side.outbox) for side in self.sides)

    def ends(self) -> list[tuple[Controller, Connection]]:
        """What each side's controller knows of it."""
        near, far = self.sides
        known = [(side.controller, peer.address) for side, peer in ((near, far), (far, near))]
        return [
            (controller, controller.le_connections[peer])
            for controller, peer in known
            if peer in controller.le_connections
        ]

    def mean_dbm(self) -> float:
        """Mean power of one side at the other."""
        return self._link.air.mean_dbm(self.sides[0].antenna, self.sides[1].antenna)

    def wake(self) -> None:
        """Something has to go, or the two may not hear each other any more: the next event shows."""
        if self._event is None:
            self._met_us = self._link.scheduler.now_us  # it was idle: they have met all the time
            self._arm()

    def _arm(self) -> None:
        turns = (self._link.scheduler.now_us - self._anchor_us) // self.interval_us + 1
        self._event = self._link.scheduler.at(self._anchor_us + turns * self.interval_us, self._meet)

    def end(self) -> None:
        """No more events."""
        if self._event:
            self._event.cancel()
            self._event = None

    def _meet(self) -> None:
        """One connection event (LL 4.5.1): what goes over goes over, the rest waits for the next."""
        self._event = None
        now_us = self._link.scheduler.now_us
        delivered: list[Deliver] = []
        if self._link.air.rssi_dbm(self.mean_dbm()) is not None:
            self._met_us = now_us
            budget = max(1, self.interval_us // _PACKET_US)
            for side in self.sides:
                delivered += self._exchange(side, budget)
        elif now_us - self._met_us >= self.timeout_us:
            self._link.loop.run(self._lose)
            return
        if self.waiting or self.mean_dbm() < SENSITIVITY_DBM + _SOLID_DB:
            self._arm()
        for deliver in delivered:
            self._link.loop.run(deliver)

    def _exchange(self, side: Side, budget: int) -> list[Deliver]:
        """Packets of one side, until one is lost or the event is over."""
        arrived: list[Deliver] = []
        while side.outbox and budget:
            packets, deliver = side.outbox[0]
            gone = self._gone(min(packets, budget))
            budget -= gone
            if gone < packets:
                side.outbox[0] = (packets - gone, deliver)
                break
            side.outbox.popleft()
            arrived.append(deliver)
        return arrived

    def _gone(self, packets: int) -> int:
        mean_dbm = self.mean_dbm()
        for sent in range(packets):
            if self._link.air.rssi_dbm(mean_dbm) is None:
                return sent
        return packets

    def _lose(self) -> None:
        """Nothing heard for the supervision timeout (LL 4.5.2)."""
        self._link.forget(self)
        for controller, connection in self.ends():
            give_up(controller, connection, LOST)
