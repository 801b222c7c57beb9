"""The furniture of replays: its own board and firmware, alone."""

import json
from dataclasses import replace
from typing import Any

from corolle_hil.replay.order_wire import NODE_END
from corolle_hil.street import Equipment

from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity
from corolle_tools.street.plan import BOARDS, SITE

# A replay's heap has room for a canopy that mists.
_BOARDS = BOARDS | {"canopy": "canopy-s3"}
# No gateway answers a radio, nobody is near; and a lamp's radar goes on seeing for seconds who has gone.
_LEFT_OFF = {"lamp": ("radio", "radar", "ble"), "canopy": ("ble",)}
_STAND_INS = {"lamp": {}, "canopy": NODE_END}
# boot.py says how early to collect garbage, which a roomy heap makes unnecessary.
UNTHRIFTY = {"/boot.py": b""}


def stand_alone(
    kind: str,
    number: int,
    place_deg: tuple[float, float],
    told: dict[str, Any],
    files: dict[str, bytes] | None = None,
) -> Equipment:
    """A piece of furniture ("lamp", "canopy") without what is left off.

    Args:
        told: what its unit.json says beside who it is.
        files: what stands on its flash instead of its own.
    """
    name = _BOARDS[kind]
    board = board_definition(name, _LEFT_OFF[kind])
    made = Identity.make(f"{kind}-{number:02d}", kind, SITE, *place_deg)
    # Locally administered, and always the same, so that a replay never differs.
    unit = replace(made, dev_eui=f"02c0ffee{number:08x}")
    facts = {"/board.json": board, "/unit.json": unit.unit_json() | told}
    changed = {path: json.dumps(fact).encode() for path, fact in facts.items()} | (files or {})
    left_off = _LEFT_OFF[kind]
    return Equipment(board, lambda: node_files(name, unit, left_off, _STAND_INS[kind]) | changed)
