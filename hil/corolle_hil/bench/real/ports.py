"""Serial ports as a rig's file names them: by path, or by the serial number of the USB device."""

from serial.tools import list_ports

_USB = "usb:"


def find_port(named: str) -> str:
    """The path of a port. Raises LookupError that names the USB devices there are."""
    if not named.startswith(_USB):
        return named
    there = {port.serial_number: port.device for port in list_ports.comports() if port.serial_number}
    path = there.get(named.removeprefix(_USB))
    if path is None:
        told = ", ".join(f"{_USB}{number} at {device}" for number, device in there.items()) or "none"
        raise LookupError(f"{named} is not plugged in; USB devices with a serial port: {told}")
    return path
