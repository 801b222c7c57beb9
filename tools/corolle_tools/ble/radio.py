"""This machine's Bluetooth, and in plain words why it cannot be used."""

import contextlib
from collections.abc import AsyncIterator, Callable

from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError
from corolle_gateway.errors import ConfigError
from corolle_gateway.links.ble.stack import Heard, Stack

from corolle_tools.ble.faults import NoAdapter, Unplugged, Usage

_NONE = "this machine has no Bluetooth adapter: plug one in, and see that its service runs (Linux: bluetooth)"
_DENIED = "this user may not use Bluetooth: allow it in the system's settings (Linux: the group bluetooth)"
_ADVICE = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: _NONE,
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: (
        "the Bluetooth adapter is too old for Bluetooth Low Energy: plug in one of version 4.0 or newer"
    ),
    BleakBluetoothNotAvailableReason.POWERED_OFF: (
        "Bluetooth is switched off: switch it on in the system's settings (Linux: bluetoothctl power on)"
    ),
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: _DENIED,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: _DENIED,
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: _DENIED,
}


class Radio:
    """Scans and connects by an adapter; `backend` names another stack than the system's, as MODULE:CLASS.

    Usage when that cannot be had.
    """

    def __init__(self, adapter: str, backend: str | None):
        try:
            self._stack = Stack(adapter, backend)
        except ConfigError as error:
            raise Usage(str(error)) from None

    @property
    def adapter(self) -> str:
        """Its adapter's name."""
        return self._stack.adapter

    @contextlib.asynccontextmanager
    async def scanning(self, heard: Heard) -> AsyncIterator[None]:
        """Listen; `heard` gets every advert. NoAdapter when this machine cannot, Unplugged not any more."""
        try:
            scanner = self._stack.scanner(heard, "active")
            await scanner.start()
        except (BleakError, OSError, EOFError) as error:
            raise unusable(self.adapter, error) from error
        try:
            yield
        finally:
            with contextlib.suppress(BleakError, OSError, EOFError):
                await scanner.stop()  # an adapter that was pulled out meanwhile has stopped by itself

    def client(self, device: BLEDevice, gone: Callable[[], None]) -> BleakClient:
        """A client of a device that was heard, not yet connected; `gone` is called when it is lost."""
        return self._stack.client(device, lambda _: gone())


def unusable(adapter: str, error: Exception) -> NoAdapter:
    """bleak's and the system's words in those of somebody who can do something."""
    if isinstance(error, EOFError):  # what answered, the adapter's service or D-Bus, has hung up
        return Unplugged(f"Bluetooth adapter {adapter} is gone: {str(error) or 'its service has ended'}")
    if isinstance(error, BleakBluetoothNotAvailableError) and error.reason in _ADVICE:
        return NoAdapter(_ADVICE[error.reason])
    # Without BlueZ there is no D-Bus, or no service on it; bleak has no reason of its own for either.
    return NoAdapter(
        f"Bluetooth adapter {adapter} cannot be used: {error}; see that it is there and its service runs"
    )
