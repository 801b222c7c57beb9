"""The link layer between controllers in the air, in place of Bumble's `LocalLink`."""

from bumble import core, hci, ll
from bumble.controller import Connection, Controller
from bumble.link import LocalLink

from corolle_hil.ble.air import BleAir
from corolle_hil.ble.antenna import Antenna
from corolle_hil.ble.connection import LOST, UNIT_US, AirConnection, Side, give_up
from corolle_hil.ble.loop import StreetLoop
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.propagation import Position

_CONTROL_BYTES = 27  # no control PDU is longer
_ATTEMPTS = 6  # connection events without an answer, and there is no connection (LL 4.5)
_NOT_ESTABLISHED = hci.HCI_ErrorCode.CONNECTION_FAILED_TO_BE_ESTABLISHED_ERROR


class AirLink(LocalLink):
    """All BLE controllers of a street.

    Attributes:
        connections: those that live, in the order in which they began.

    Args:
        loss: probability that a PDU is lost at a radio for no reason of the air's model (0 to below 1).
    """

    def __init__(self, scheduler: Scheduler, loss: float = 0.0):
        super().__init__()
        self.scheduler = scheduler
        self.loop = StreetLoop(scheduler)
        self.air = BleAir(scheduler, loss)
        self.rng = scheduler.rng("ble link")
        self.connections: list[AirConnection] = []
        self._antennas: dict[Controller, Antenna] = {}  # in the order in which they were switched on
        self._paths: dict[tuple[hci.Address, hci.Address], AirConnection] = {}  # (sender, receiver)

    def enter(self, controller: Controller, antenna: Antenna) -> None:
        """A controller is switched on."""
        self._antennas[controller] = antenna
        self.air.join(antenna)

    def vanish(self, controller: Controller) -> None:
        """A controller has lost its power."""
        self.remove_controller(controller)
        self.abandon(controller)
        self.air.leave(self._antennas.pop(controller))

    def abandon(self, controller: Controller) -> None:
        """A controller knows its connections no more; its peers give up after their supervision timeout."""
        for path in list(self.connections):
            if any(side.controller is controller for side in path.sides):
                self.forget(path)
                for other, connection in path.ends():
                    self._end_later(path.timeout_us, other, connection, LOST)
        controller.le_connections.clear()

    def move(self, controller: Controller, position: Position) -> None:
        """A radio is carried to another place."""
        self.air.move(self._antennas[controller], position)
        for connection in self.connections:
            connection.wake()

    def mean_dbm(self, connection: Connection) -> float:
        """Mean power of a connection's peer."""
        return self._paths[connection.self_address, connection.peer_address].mean_dbm()

    def waiting(self, connection: Connection) -> int:
        """How many messages wait for a connection event."""
        path = self._paths.get((connection.self_address, connection.peer_address))
        return path.waiting if path else 0

    def forget(self, connection: AirConnection) -> None:
        """A connection is over."""
        connection.end()
        if connection in self.connections:
            self.connections.remove(connection)
            central, peripheral = connection.sides
            del self._paths[central.address, peripheral.address]
            del self._paths[peripheral.address, central.address]

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        """A request to connect: the one PDU on advertising channels that does not go through the air."""
        if isinstance(packet, ll.ConnectInd):
            self._connect(sender_controller, packet)

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: core.PhysicalTransport,
        data: bytes,
    ) -> None:
        """Data of a connection."""
        connection = sender_controller.le_connections.get(destination_address)
        path = connection and self._paths.get((connection.self_address, destination_address))
        if path:
            sender, receiver = self._order(path, sender_controller)
            path.send(
                sender.address,
                len(data),
                lambda: receiver.controller.on_link_acl_data(sender.address, transport, data),
            )

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Control of a connection; what belongs to one that is over goes nowhere."""
        path = self._paths.get((sender_address, receiver_address))
        if path is None:
            return
        receiver = next(side for side in path.sides if side.address == receiver_address)
        path.send(
            sender_address, _CONTROL_BYTES, lambda: self._control(path, receiver, sender_address, packet)
        )

    def _control(
        self, path: AirConnection, receiver: Side, sender_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        if isinstance(packet, ll.TerminateInd):
            self.forget(path)
        elif isinstance(packet, ll.ConnectionUpdateInd):
            path.update(packet)
        if sender_address in receiver.controller.le_connections:
            receiver.controller.on_ll_control_pdu(sender_address, packet)

    def _connect(self, central: Controller, request: ll.ConnectInd) -> None:
        peripheral = next(
            (each for each in self._antennas if _answers(each, request.advertiser_address)), None
        )
        if peripheral and self._is_heard(central, peripheral):
            self._join(central, peripheral, request)
            self.loop.call_soon(peripheral.on_ll_advertising_pdu, request)
            return
        wait_us = _ATTEMPTS * request.interval * UNIT_US
        connection = central.le_connections[request.advertiser_address]
        self._end_later(wait_us, central, connection, _NOT_ESTABLISHED)

    def _is_heard(self, central: Controller, peripheral: Controller) -> bool:
        mean_dbm = self.air.mean_dbm(self._antennas[central], self._antennas[peripheral])
        return self.air.rssi_dbm(mean_dbm) is not None

    def _join(self, central: Controller, peripheral: Controller, request: ll.ConnectInd) -> None:
        near = Side(central, request.initiator_address, self._antennas[central])
        far = Side(peripheral, request.advertiser_address, self._antennas[peripheral])
        former = self._paths.get((near.address, far.address))
        if former:  # the central has forgotten it; so does the peripheral now
            self.forget(former)
            give_up(peripheral, peripheral.le_connections[near.address], LOST)
        connection = AirConnection(self, near, far, request)
        self.connections.append(connection)
        self._paths[near.address, far.address] = self._paths[far.address, near.address] = connection

    def _end_later(self, wait_us: int, controller: Controller, connection: Connection, reason: int) -> None:
        self.scheduler.after(wait_us, self.loop.run, give_up, controller, connection, reason)

    def _order(self, path: AirConnection, sender: Controller) -> tuple[Side, Side]:
        near, far = path.sides
        return (near, far) if near.controller is sender else (far, near)


def _answers(controller: Controller, address: hci.Address) -> bool:
    """Whether it is this address that advertises there."""
    advertiser = controller.le_legacy_advertiser
    return advertiser.enabled and advertiser.address == address
