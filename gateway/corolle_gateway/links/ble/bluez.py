"""BlueZ, where bleak has no word for it: an adapter is switched off and on."""

from bleak.exc import BleakDBusError
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

_ADAPTER = "org.bluez.Adapter1"


async def power_cycle(adapter: str) -> None:
    """Switch an adapter (`hci0`) off and on: what bluetoothd holds to be in progress is over then.

    BleakDBusError when BlueZ refuses, OSError when there is no system bus.
    """
    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    try:
        for powered in (False, True):
            await _set_powered(bus, adapter, powered)
    finally:
        bus.disconnect()


async def _set_powered(bus: MessageBus, adapter: str, powered: bool) -> None:
    message = Message(
        destination="org.bluez",
        path=f"/org/bluez/{adapter}",
        interface="org.freedesktop.DBus.Properties",
        member="Set",
        signature="ssv",
        body=[_ADAPTER, "Powered", Variant("b", powered)],
    )
    reply = await bus.call(message)
    if reply is not None and reply.message_type == MessageType.ERROR:
        raise BleakDBusError(reply.error_name or "", reply.body)
