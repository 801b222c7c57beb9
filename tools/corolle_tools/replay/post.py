"""The lamp post of replays: its own board and firmware, alone."""

import json
from dataclasses import replace
from typing import Any

from corolle_hil.street import Equipment

from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity
from corolle_tools.street.plan import BOARDS, SITE

# No gateway answers the radio, and the radar goes on seeing for seconds who has gone.
_LEFT_OFF = ("radio", "radar")


def lamp_post(
    number: int, place_deg: tuple[float, float], told: dict[str, Any], files: dict[str, bytes] | None = None
) -> Equipment:
    """A post without what is left off.

    Args:
        told: what its unit.json says beside who it is.
        files: what stands on its flash instead of its own.
    """
    name = BOARDS["lamp"]
    board = board_definition(name)
    board["fitted"] = {part: entry for part, entry in board["fitted"].items() if part not in _LEFT_OFF}
    made = Identity.make(f"lamp-{number:02d}", "lamp", SITE, *place_deg)
    # Locally administered, and always the same, so that a replay never differs.
    unit = replace(made, dev_eui=f"02c0ffee{number:08x}")
    facts = {"/board.json": board, "/unit.json": unit.unit_json() | told}
    changed = {path: json.dumps(fact).encode() for path, fact in facts.items()} | (files or {})
    return Equipment(board, lambda: node_files(name, unit) | changed)
