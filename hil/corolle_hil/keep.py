"""What of the physical world goes on when a street is run again: soils as wet, valves as they were left."""

import json
from pathlib import Path

from corolle_hil.chips.latching_valve import LatchingValve
from corolle_hil.fitting import Furniture


def keep(path: Path, street: dict[str, Furniture]) -> None:
    """Write down how things are."""
    state = {}
    for name, it in street.items():
        state[name] = {
            "vwc": it.soil and it.soil.update(),
            "valve_open": isinstance(it.valve, LatchingValve) and it.valve.is_open,
            "charge": it.battery and it.battery.charge,
            "tank_l": it.tank and it.tank.litres,
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
        if it.battery and kept.get("charge") is not None:
            it.battery.charge = kept["charge"]
        if it.tank and kept.get("tank_l") is not None:
            it.tank.fill(kept["tank_l"] - it.tank.litres)
        if isinstance(it.valve, LatchingValve) and it.drip and kept.get("valve_open"):
            it.valve.is_open = True
            it.drip.update()
