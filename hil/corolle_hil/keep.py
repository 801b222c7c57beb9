"""What of the physical world goes on when a street is run again: soils as wet, valves as they were left."""

import json
from pathlib import Path

from corolle_hil.fitting import Furniture


def keep(path: Path, street: dict[str, Furniture]) -> None:
    """Write down how things are."""
    state = {}
    for name, it in street.items():
        state[name] = {
            "vwc": it.soil and it.soil.update(),
            "valve_open": it.valve and it.valve.is_open,
        }
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(state))
    fresh.replace(path)


def restore(path: Path, street: dict[str, Furniture]) -> None:
    """Make things as they were written down; what is new stays as it is."""
    state = json.loads(path.read_text()) if path.exists() else {}
    for name, it in street.items():
        kept = state.get(name, {})
        if it.soil and kept.get("vwc"):
            it.soil.vwc = tuple(kept["vwc"])
        if it.valve and it.drip and kept.get("valve_open"):
            it.valve.is_open = True
            it.drip.update()
