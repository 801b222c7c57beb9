"""Units in a street's register: made, moved to another board, lost."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corolle_tools.firmware import board_definition
from corolle_tools.identity import Identity, new_key
from corolle_tools.provision.units import ProvisionError, Units, find

_NEEDED = {"kind": "--board", "site": "--site", "lat_deg": "--at"}  # and how each is said


@dataclass(frozen=True)
class Wanted:
    """What is said of a unit; None: nothing, and a unit that is known stays as it is in that."""

    name: str
    kind: str | None = None
    site: str | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    board: str | None = None
    groups: tuple[str, ...] | None = None


def kind_of(board: str) -> str:
    """The kind of unit a board is for. ProvisionError names the boards there are."""
    try:
        return str(board_definition(board)["unit"])
    except LookupError as error:
        raise ProvisionError(str(error.args[0])) from error


def provision(units: Units, wanted: Wanted) -> Identity:
    """Enter a unit: a new one gets keys of its own, a known one keeps those it has. ProvisionError."""
    known = units.get(wanted.name)
    told: dict[str, Any] = {name: value for name, value in vars(wanted).items() if value is not None}
    if wanted.board:
        told.setdefault("kind", kind_of(wanted.board))
    if known and known.revoked:
        raise ProvisionError(f"{wanted.name} is revoked: `corolle units replace` gives it another board")
    if known and told.get("kind", known.kind) != known.kind:
        raise ProvisionError(
            f"{wanted.name} is a {known.kind}: what is no {known.kind} needs a name of its own"
        )
    unit = replace(known, **told) if known else _made(units, told)
    if wanted.board and kind_of(wanted.board) != unit.kind:
        raise ProvisionError(f"board {wanted.board} is for a {kind_of(wanted.board)}, not for a {unit.kind}")
    units[unit.name] = unit
    return unit


def with_group_key(units: Units, unit: Identity) -> Identity:
    """A lamp with a new board has its site's other lamps' key, or begins one; none has a lost lamp's."""
    if unit.kind != "lamp":
        return unit
    others = [each for each in units.values() if each.site == unit.site and each.name != unit.name]
    keys = [each.group_key for each in others if each.group_key and not each.revoked]
    return replace(unit, group_key=keys[0] if keys else new_key())


def change_board(units: Units, name: str, board: str, path: Path) -> Identity:
    """Give a unit's name and place to another board: a new DevEUI, a new key. ProvisionError."""
    unit = find(units, name, path)
    board = board or unit.board
    if board and kind_of(board) != unit.kind:
        raise ProvisionError(f"{name} is a {unit.kind}: board {board} is for a {kind_of(board)}")
    units[name] = with_group_key(units, unit.on_another_board(board))
    return units[name]


def revoke(units: Units, name: str, path: Path, new_group_key: bool) -> list[str]:
    """Strike a lost unit off; the names of the lamps that have the group key it knew. ProvisionError.

    `new_group_key`: these lamps get another one, and hear each other again when their boards have it.
    """
    lost = find(units, name, path)
    units[name] = replace(lost, revoked=True)
    if not lost.group_key:
        return []
    others = [unit for unit in units.values() if unit.group_key == lost.group_key and not unit.revoked]
    if new_group_key:
        key = new_key()
        units.update({unit.name: replace(unit, group_key=key) for unit in others})
    return [unit.name for unit in others]


def _made(units: Units, told: dict[str, Any]) -> Identity:
    missing = [option for name, option in _NEEDED.items() if name not in told]
    if missing:
        raise ProvisionError(f"{told['name']} is new: say {', '.join(missing)} as well")
    made = Identity.make(told["name"], told["kind"], told["site"], told["lat_deg"], told["lon_deg"])
    others = {name: told[name] for name in ("board", "groups") if name in told}
    return with_group_key(units, replace(made, **others))
