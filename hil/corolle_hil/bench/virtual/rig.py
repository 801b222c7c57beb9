"""The simulated rig: it lacks nothing."""

import tempfile
from collections.abc import Collection
from pathlib import Path

from corolle_hil.bench.rig import ABILITIES
from corolle_hil.bench.virtual.dut import VirtualDut
from corolle_hil.bench.virtual.maker import Maker
from corolle_hil.bench.virtual.world import Workshop

_MAINS = {"sag", "meter", "light", "presence"}
_HAS = {
    "lamp": ABILITIES.keys() - {"valve"},
    "canopy": ABILITIES.keys() - _MAINS,
}


class VirtualRig:
    """See Rig. `make` says what its units are made of."""

    name = "virtual"

    def __init__(self, make: Maker):
        self._make = make
        self._folder = tempfile.TemporaryDirectory(prefix="corolle-bench-")
        self._workshop = Workshop(Path(self._folder.name))

    def lacks(self, kind: str, ability: str = "") -> str:
        """See Rig."""
        if kind not in _HAS:
            return f"the virtual rig has no {kind}: there are {', '.join(_HAS)}"
        if ability and ability not in _HAS[kind]:
            return f"a simulated {kind} lacks {ABILITIES[ability]}"
        return ""

    def dut(self, kind: str, needs: Collection[str]) -> VirtualDut:
        """See Rig."""
        return VirtualDut(kind, self._make, self._workshop, needs)

    def close(self) -> None:
        """See Rig."""
        self._workshop.close()
        self._folder.cleanup()
