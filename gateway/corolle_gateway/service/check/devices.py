"""What is plugged in: the Bluetooth adapter, the console's serial port."""

import grp
import os
from pathlib import Path

from corolle_gateway.config import Config
from corolle_gateway.service.check.finding import Finding, bad, doubtful, good

_ADAPTERS = Path("/sys/class/bluetooth")
_BUS = Path("/run/dbus/system_bus_socket")


def bluetooth(settings: Config, adapters: Path = _ADAPTERS, bus: Path = _BUS) -> Finding:
    """Whether the adapter is there and switched on, and BlueZ can be spoken with."""
    adapter = settings.ble.adapter
    if adapter is None:
        return good("bluetooth", "bluetooth_none")
    if not (adapters / adapter).exists():
        found = ", ".join(sorted(path.name for path in adapters.glob("hci*"))) or "-"
        return bad("bluetooth", "bluetooth_missing", adapter=adapter, found=found)
    # sysfs-class-rfkill: soft and hard are 1 where the radio is switched off.
    if any(path.read_text().strip() == "1" for path in (adapters / adapter).glob("rfkill*/*")):
        return bad("bluetooth", "bluetooth_blocked", adapter=adapter)
    if settings.ble.backend is None and not bus.exists():
        return bad("bluetooth", "bluetooth_no_bus", path=bus)
    return good("bluetooth", "bluetooth_there", adapter=adapter)


def console(settings: Config) -> Finding:
    """Whether the serial port is there, and ours to use; a USB gadget's comes and goes with its cable."""
    path = settings.console.device
    if path is None:
        return good("console", "console_none")
    if not path.exists():
        return doubtful("console", "console_missing", path=path)
    if not os.access(path, os.R_OK | os.W_OK):
        return bad("console", "console_refused", path=path, why=os.strerror(13), group=_group(path))
    return good("console", "console_there", path=path)


def _group(path: Path) -> str:
    number = path.stat().st_gid
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
