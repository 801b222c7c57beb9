"""The MicroPython image a board wants, found and checked."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corolle_tools.flash.errors import Refused
from corolle_tools.flash.whole import damage

_MAGIC = 0xE9  # esp_image_header_t of ESP-IDF: magic at 0, chip at 12
_CHIP_AT = 12
_CHIPS = {0: "esp32", 9: "esp32s3"}
_OFFSETS = {"esp32": 0x1000, "esp32s3": 0}  # where the ROM looks for it
_BANNER = re.compile(rb"MicroPython v(\d+\.\d+\.\d+\S*) on ")


@dataclass(frozen=True)
class Image:
    """A file that may be written to a board, at `offset` of its flash."""

    path: Path
    offset: int
    mcu: str
    version: str


def choose(where: Path, definition: dict[str, Any]) -> Image:
    """The image at a path: that file, or the one of a folder that the board wants.

    Raises:
        Refused: there is none, or it is for another chip, another version, or damaged.
    """
    if not where.is_dir():
        return check(where, definition)
    wanted = definition["micropython"]
    names = [wanted["image"]] if "image" in wanted else _named(where, wanted)
    found = [where / name for name in names if (where / name).is_file()]
    if len(found) != 1:
        have = ", ".join(path.name for path in found) or "none"
        raise Refused(f"{where}: one image of {_words(wanted)} is wanted, there is {have}")
    return check(found[0], definition)


def check(path: Path, definition: dict[str, Any]) -> Image:
    """A file as an image for this board. Refused says what it is instead."""
    wanted, mcu = definition["micropython"], definition["mcu"]
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from error
    if len(content) <= _CHIP_AT or content[0] != _MAGIC:
        raise Refused(f"{path} is no image for an ESP32: it begins with {content[:1].hex() or 'nothing'}")
    chip = _CHIPS.get(int.from_bytes(content[_CHIP_AT : _CHIP_AT + 2], "little"), "another chip")
    if chip != mcu:
        raise Refused(f"{path} is for {chip}; {definition['name']} is built on {mcu}")
    if wrong := damage(content, _OFFSETS[mcu]):
        raise Refused(f"{path} {wrong}")
    banner = _BANNER.search(content)
    version = banner[1].decode() if banner else "of no known version"
    if version != wanted["version"]:
        raise Refused(f"{path} is MicroPython {version}; {definition['name']} wants {wanted['version']}")
    digest = hashlib.sha256(content).hexdigest()
    if digest != wanted.get("sha256", digest):
        raise Refused(f"{path} has SHA-256 {digest}; {definition['name']} wants {wanted['sha256']}")
    return Image(path, _OFFSETS[mcu], mcu, version)


def _named(folder: Path, wanted: dict[str, Any]) -> list[str]:
    """Files called as MicroPython calls its own: PORT[-VARIANT]-DATE-vVERSION.bin."""
    port = "-".join(re.escape(wanted[key]) for key in ("port", "variant") if key in wanted)
    pattern = re.compile(rf"{port}-\d+-v{re.escape(wanted['version'])}\.bin")
    return sorted(path.name for path in folder.iterdir() if pattern.fullmatch(path.name))


def _words(wanted: dict[str, Any]) -> str:
    return wanted.get("image") or f"{wanted['port']} {wanted['version']}"
