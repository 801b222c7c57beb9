"""Serial ports as a rig's file names them: by path, or by the serial number of the USB device."""

from pathlib import Path

from serial.tools import list_ports

_USB = "usb:"


def find_port(named: str) -> str:
    """The path of a port. Raises LookupError that names the USB devices there are.

    Some converters all have one serial number: two of them cannot be told apart by it.
    """
    if "://" in named or (not named.startswith(_USB) and Path(named).exists()):
        return named
    there = [
        (f"{_USB}{port.serial_number}", port.device) for port in list_ports.comports() if port.serial_number
    ]
    paths = [device for name, device in there if name == named]
    if len(paths) == 1:
        return paths[0]
    told = ", ".join(f"{name} at {device}" for name, device in there) or "none"
    if paths:
        raise LookupError(f"{named} is {' and '.join(paths)}: name one by its path in /dev/serial/by-path")
    raise LookupError(f"{named} is not there; USB devices with a serial port: {told}")
