"""What stands at the top of a file: name, unit, chip, module, memories, and the MicroPython it wants."""

import re
from collections.abc import Iterator
from typing import Any

from corolle_tools.boards.checks.entries import entries
from corolle_tools.boards.definition import MCUS, Definition
from corolle_tools.boards.finding import Finding, listed
from corolle_tools.boards.keys import Number, toml
from corolle_tools.boards.module import module_names
from corolle_tools.boards.parts import UNITS

_README = "boards/README.md"
_KNOWN = {
    "name": str,
    "unit": str,
    "mcu": str,
    "module": str,
    "flash_mb": int,
    "psram_mb": int,
    "micropython": dict,
    "buses": dict,
    "fitted": dict,
}
_MAY = {"pull_up_ohm": dict, "pull_down_ohm": dict}
_IMAGE = {"port": True, "version": True, "variant": False, "image": False, "sha256": False}  # whether it must
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OLDEST = (1, 25)
_PULL = Number(500, 1_000_000, "a resistor at a pin, in ohm")


def head(board: Definition) -> Iterator[Finding]:
    """Whatever is wrong here makes the rest of a file unreadable."""
    yield from _keys(board.raw)
    yield from _words(board)


def memories(board: Definition) -> Iterator[Finding]:
    """Whether the module exists with these memories, and MicroPython's image fits them."""
    raw, module = board.raw, board.module
    if module.mcu != raw["mcu"]:
        why = f"{module.name} carries an {MCUS[module.mcu].name} ({module.document})"
        yield Finding(
            f'mcu = "{raw["mcu"]}"', "is not the module's", why, f'Right would be mcu = "{module.mcu}"'
        )
    for key, legal in (("flash_mb", module.flash_mb), ("psram_mb", module.psram_mb)):
        if raw[key] not in legal:
            why = f"{module.name} is made with {listed(legal)} MB ({module.document})"
            right = f"Right would be {key} = {listed(legal)}"
            yield Finding(f"{key} = {raw[key]}", "is no size of this module", why, right)
    yield from _image(board)
    yield from _pulls(board)


def _keys(raw: dict[str, Any]) -> Iterator[Finding]:
    known = _KNOWN | _MAY
    for key, value in raw.items():
        if key not in known:
            yield Finding(key, "is no key of a board", _README, f"Keys are {listed(known)}")
        elif not isinstance(value, known[key]) or isinstance(value, bool):
            kind = {str: "a text", int: "a whole number", dict: "a table"}[known[key]]
            yield Finding(f"{key} = {toml(value)}", "is of a wrong type", _README, f"Right would be {kind}")
    if missing := [key for key in _KNOWN if key not in raw]:
        what = "is missing" if len(missing) == 1 else "are missing"
        right = f"Keys that must be there are {listed(_KNOWN, 'and')}"
        yield Finding(listed(missing, "and"), what, _README, right)


def _words(board: Definition) -> Iterator[Finding]:
    raw, folder = board.raw, board.path.resolve().parent.name
    choices = {"unit": list(UNITS), "mcu": list(MCUS), "module": module_names()}
    for key, legal in choices.items():
        value = raw.get(key)
        if isinstance(value, str) and value not in legal:
            why = "what is known is listed in boards/" + ("modules" if key == "module" else "README.md")
            yield Finding(f'{key} = "{value}"', "is not known", why, f"Right would be {listed(legal)}")
    if board.path.name == "board.toml" and isinstance(raw.get("name"), str) and raw["name"] != folder:
        why = "a board has the name of its folder"
        yield Finding(
            f'name = "{raw["name"]}"', f"stands in the folder {folder}", why, f'Right would be "{folder}"'
        )


def _image(board: Definition) -> Iterator[Finding]:
    raw = board.raw["micropython"]
    wrong = list(_image_keys(raw))
    yield from wrong
    if wrong:
        return
    if raw["port"] not in board.mcu.ports:
        why = f"MicroPython for an {board.mcu.name} is {listed(board.mcu.ports)}"
        right = f'Right would be port = "{board.mcu.ports[0]}"'
        yield Finding(f'micropython.port = "{raw["port"]}"', "does not run on this chip", why, right)
        return
    numbers = re.match(r"(\d+)\.(\d+)", raw["version"])
    if not numbers or tuple(map(int, numbers.groups())) < _OLDEST:
        why, right = f"{_README}: 1.25 is the oldest that will do", 'Right would be version = "1.28.0"'
        yield Finding(f'micropython.version = "{raw["version"]}"', "is too old or no version", why, right)
    wanted, has = _variant(board), raw.get("variant", "")
    if has != wanted and raw["port"] != "unix":
        why = "MicroPython's ESP32 port builds an image of its own for these memories"
        right = f'Right would be variant = "{wanted}"' if wanted else "Leave it out"
        yield Finding(f'micropython.variant = "{has}"', "is not this board's", why, right)


def _image_keys(raw: dict[str, Any]) -> Iterator[Finding]:
    """Whether each word is there, and a text, and the hash one."""
    for key, value in raw.items():
        where = f"micropython.{key} = {toml(value)}"
        if key not in _IMAGE:
            yield Finding(
                f"micropython.{key}", "is no key of an image", _README, f"Keys are {listed(_IMAGE)}"
            )
        elif not isinstance(value, str):
            yield Finding(where, "is of a wrong type", _README, f'Right would be a text, as in {key} = "..."')
        elif key == "sha256" and not _SHA256.fullmatch(value):
            why = "the file's SHA-256, as sha256sum prints it"
            yield Finding(where, "is no hash", why, "Right would be 64 digits of 0-9 and a-f")
    for key in (key for key, must in _IMAGE.items() if must and key not in raw):
        why = "an image has port and version"
        yield Finding(f"micropython.{key}", "is missing", why, "Give it as a text")


def _variant(board: Definition) -> str:
    """The image for these memories (MicroPython, ports/esp32/boards/*/board.json, "variants")."""
    flash_mb, psram_mb = board.raw["flash_mb"], board.raw["psram_mb"]
    if board.raw["mcu"] == "esp32":
        return "SPIRAM" if psram_mb else ""
    if psram_mb >= board.mcu.psram_from_mb:
        return "SPIRAM_OCT"
    return "FLASH_4M" if flash_mb == 4 else ""


def _pulls(board: Definition) -> Iterator[Finding]:
    has = {str(end.gpio) for end in board.ends}
    is_whole = not list(entries(board))  # else nobody can say which pins an entry would have
    for table in _MAY:
        for gpio, ohm in board.raw.get(table, {}).items():
            where = f"{table}.{gpio} = {toml(ohm)}"
            if gpio not in has and is_whole:
                why, right = (
                    "no bus and no part of this board has such a pin",
                    "Strike it, or fit what it belongs to",
                )
                yield Finding(where, "pulls at nothing", why, right)
            elif fault := _PULL.fault(ohm):
                yield Finding(where, *fault)
