"""The simulated rig: it lacks nothing."""

import tempfile
from collections.abc import Collection
from itertools import count
from pathlib import Path

from corolle_hil.bench.rig import ABILITIES
from corolle_hil.bench.virtual.dut import VirtualDut
from corolle_hil.bench.virtual.maker import Maker
from corolle_hil.forkserver import ForkServer
from corolle_hil.mpy import shims_folder

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
        self._forks = ForkServer(shims_folder())
        self._duts = count()

    def lacks(self, kind: str, ability: str = "") -> str:
        """See Rig."""
        if kind not in _HAS:
            return f"the virtual rig has no {kind}: there are {', '.join(_HAS)}"
        if ability and ability not in _HAS[kind]:
            return f"a simulated {kind} has not {ABILITIES[ability]}"
        return ""

    def dut(self, kind: str, needs: Collection[str]) -> VirtualDut:
        """See Rig."""
        folder = Path(self._folder.name) / f"{kind}-{next(self._duts)}"
        return VirtualDut(kind, self._make, self._forks, folder, needs)

    def close(self) -> None:
        """See Rig."""
        self._forks.close()
        self._folder.cleanup()
