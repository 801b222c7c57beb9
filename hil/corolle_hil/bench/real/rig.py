"""A rig of real boards, as its file describes it."""

from collections.abc import Collection
from contextlib import ExitStack, closing
from pathlib import Path

from mpremote.transport import TransportError

from corolle_hil.bench.city import Broker, City
from corolle_hil.bench.description import Description, UnitDescription
from corolle_hil.bench.real.dut import Instruments, RealDut
from corolle_hil.bench.real.jig import Jig
from corolle_hil.bench.real.meters import Bl0942Meter, JigMeter, Meter
from corolle_hil.bench.real.power import CommandSwitch, JigSwitch, LabgridSwitch, Switch
from corolle_hil.bench.rig import ABILITIES, RigTrouble


class RealRig:
    """See Rig. Instruments are opened for the first test that needs them, and stay open."""

    def __init__(self, what: Description):
        self.name = what.name
        self._what = what
        self._stack = ExitStack()
        self._jig: Jig | None = None
        self._open: dict[str, Instruments] = {}

    def lacks(self, kind: str, ability: str = "") -> str:
        """See Rig."""
        unit = self._what.unit(kind)
        if unit is None:
            return f"rig {self.name}: no unit is a {kind}"
        if not ability or _has(self._what, unit, ability):
            return ""
        return f"rig {self.name}: {unit.name} lacks {ABILITIES[ability]}"

    def dut(self, kind: str, needs: Collection[str]) -> RealDut:
        """See Rig. Raises RigTrouble when the unit or an instrument of its cannot be had."""
        unit = self._what.unit(kind)
        if unit is None:
            raise LookupError(self.lacks(kind))
        try:
            if unit.name not in self._open:
                self._open[unit.name] = self._instruments(unit)
            return RealDut(unit, self._open[unit.name])
        except (LookupError, TransportError, OSError) as error:
            raise RigTrouble(f"rig {self.name}, {unit.name}: {error}") from error

    def close(self) -> None:
        """See Rig."""
        self._stack.close()

    def _instruments(self, unit: UnitDescription) -> Instruments:
        """All of them or none: what was opened before one that fails is let go, a place of labgrid's too."""
        if self._what.jig_port and self._jig is None:
            self._jig = self._stack.enter_context(closing(Jig(self._what.jig_port)))
        with ExitStack() as opened:
            power = (made := self._switch(unit)) and opened.enter_context(closing(made))
            meter = (made := self._meter(unit)) and opened.enter_context(closing(made))
            city = opened.enter_context(closing(self._city())) if self._what.gateway else None
            self._stack.push(opened.pop_all())
        return Instruments(self._jig, power, meter, city)

    def _switch(self, unit: UnitDescription) -> Switch | None:
        if unit.power is None:
            return None
        way, switched = unit.power
        if way == "jig" and self._jig:
            return JigSwitch(self._jig, int(switched))
        if way == "labgrid" and self._what.labgrid:
            return LabgridSwitch(self._what.labgrid["client"], self._what.labgrid["coordinator"], switched)
        return CommandSwitch(switched)

    def _meter(self, unit: UnitDescription) -> Meter | None:
        if unit.meter is None:
            return None
        keys = {name: value for name, value in unit.meter.items() if name != "driver"}
        if unit.meter["driver"] == "ina226" and self._jig:
            return JigMeter(self._jig, **keys)
        return Bl0942Meter(**keys)

    def _city(self) -> City:
        gateway = dict(self._what.gateway or {})
        secret = gateway.pop("password_file", None)
        return City(Broker(**gateway, password=Path(secret).read_text().strip() if secret else None))


def _has(rig: Description, unit: UnitDescription, ability: str) -> bool:
    return {
        "files": True,
        "power": unit.power is not None,
        "sag": False,
        "meter": unit.meter is not None,
        "light": unit.photodiode is not None,
        "presence": "presence" in unit.wires,
        "valve": unit.wires.keys() >= {"valve_open", "valve_close", "flow"},
        "air": rig.gateway is not None,
    }[ability]
