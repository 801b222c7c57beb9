"""A Bumble device in the street's air: controller, host and GATT server, switched on."""

from bumble import att, gatt, hci
from bumble.core import UUID
from bumble.device import Device, DeviceConfiguration
from bumble.host import Host
from bumble.transport.common import AsyncPipeSink

from corolle_hil.ble.controller import AirController, Report
from corolle_hil.ble.link import AirLink
from corolle_hil.world.propagation import Position


class Station:
    """One BLE device of the street.

    Attributes:
        controller: its controller, with the antenna.
        device: Bumble's device: what a phone does is done by it, inside `link.loop`.

    Args:
        name: of its antenna.
        public: its public address.
        random: its static random address.
        on_report: called with each advertising report, which then does not go through HCI.
    """

    def __init__(
        self,
        link: AirLink,
        name: str,
        position: Position,
        public: hci.Address,
        random: hci.Address,
        on_report: Report | None = None,
    ):
        self._link = link
        self._position = position
        self._on_report = on_report
        self._name = name
        self.gap_name = name.encode()
        link.loop.run(self._make, public, random)

    def _make(self, public: hci.Address, random: hci.Address) -> None:
        self.controller = AirController(self._name, self._position, self._link, public, self._on_report)
        host = Host()
        host.set_packet_sink(AsyncPipeSink(self.controller))
        self.controller.host = host
        config = DeviceConfiguration(name=self._name, address=random, gap_service_enabled=False)
        self.device = Device(config=config, host=host)
        self.device.gatt_server.add_service(self._gap_service())
        self._link.loop.create_task(self.device.power_on())

    def _gap_service(self) -> gatt.Service:
        """The GAP service, with a name that may change (Core 5.4, Vol 3, Part C, 12)."""
        name = gatt.Characteristic(
            gatt.GATT_DEVICE_NAME_CHARACTERISTIC,
            gatt.Characteristic.Properties.READ,
            att.Attribute.Permissions.READABLE,
            att.AttributeValue(read=lambda connection: self.gap_name),
        )
        appearance = gatt.Characteristic(
            gatt.GATT_APPEARANCE_CHARACTERISTIC,
            gatt.Characteristic.Properties.READ,
            att.Attribute.Permissions.READABLE,
            bytes(2),
        )
        return gatt.Service(UUID.from_16_bits(0x1800), [name, appearance])

    def switch_off(self) -> None:
        """The power is gone: nobody is told."""
        self._link.loop.run(self.controller.vanish)
