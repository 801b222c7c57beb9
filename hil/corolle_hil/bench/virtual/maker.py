"""What a simulated device is made of, as whoever has the firmware's tools hands it in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from corolle_hil.bench.rig import Load
from corolle_hil.street import Equipment


@dataclass(frozen=True)
class Made:
    """A device's board and flash, and its entry in the gateway's registry (a unit of units.json)."""

    equipment: Equipment
    registration: dict[str, Any]


Maker = Callable[[str, Load], Made]  # of a kind of unit
