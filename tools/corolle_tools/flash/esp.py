"""A chip's ROM bootloader, through the esptool program: which chip it is, and a new image for it."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from corolle_tools.flash.errors import FlashError, Refused
from corolle_tools.flash.image import Image

_BAUD = 460_800
_TYPE = re.compile(r"Connected to (ESP32[-\w]*) on")
_MAC = re.compile(r"MAC:\s+((?:[0-9a-f]{2}:){5}[0-9a-f]{2})")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True)
class Chip:
    """What the ROM says: the MCU as board.toml calls it, and the address that MicroPython makes its id of."""

    mcu: str
    id: str


def recognise(port: str) -> Chip:
    """Which chip is at a port. Raises FlashError with esptool's own last words when none answers."""
    told = "".join(_esptool(port, "read-mac"))
    kind, mac = _TYPE.search(told), _MAC.search(told)
    if not kind or not mac:
        raise FlashError(f"{port}: esptool does not say which chip it is")
    return Chip(kind[1].lower().replace("-", ""), mac[1].replace(":", ""))


def write(port: str, image: Image, chip: Chip, *, erase: bool, progress: Callable[[float], None]) -> None:
    """Write an image and read it back; `erase`: all of the flash first, with the file system on it.

    `progress`: called with the share that is written, 0 to 1.

    Raises:
        Refused: the image is for another chip.
        FlashError: esptool's own last words.
    """
    if chip.mcu != image.mcu:
        raise Refused(f"{port}: the image is for {image.mcu}, the chip is {chip.mcu}")
    options = ["--erase-all"] if erase else []
    for line in _esptool(port, "write-flash", *options, hex(image.offset), str(image.path)):
        if found := _PERCENT.search(line):
            progress(float(found[1]) / 100)


def _esptool(port: str, *command: str) -> Iterator[str]:
    """What esptool prints, as it comes. A program of its own: its licence is not ours."""
    options = ["--port", port, "--baud", str(_BAUD)]
    words = [sys.executable, "-m", "esptool", *options, *command]
    lines: list[str] = []
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as esptool:
        for line in esptool.stdout or ():
            lines.append(line.strip())
            yield line
    if esptool.returncode:
        said = next((line for line in reversed(lines) if line), "nothing")
        raise FlashError(f"{port}: esptool: {said}")
