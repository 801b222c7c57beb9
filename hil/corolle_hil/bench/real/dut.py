"""A real device under test: its console and prompt, and whatever is wired to it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpremote.transport import TransportError

from corolle_hil.bench.city import City
from corolle_hil.bench.description import UnitDescription
from corolle_hil.bench.real.board_port import BoardPort
from corolle_hil.bench.real.jig import Jig
from corolle_hil.bench.real.loader import Loader
from corolle_hil.bench.real.meters import Meter
from corolle_hil.bench.real.power import Switch
from corolle_hil.bench.rig import Load, RigTrouble, Said, Trace
from corolle_hil.console import read_line

_OFF_S = 1.0  # until a supply has run empty
_TAP = "tap"
_PULSE_MS = 500  # of the flow meter that the jig plays
_PROMPT_S = 30.0
_LOOK_S = 0.1


@dataclass(frozen=True)
class Instruments:
    """What a rig has for one unit; None is not there."""

    jig: Jig | None = None
    power: Switch | None = None
    meter: Meter | None = None
    city: City | None = None


class RealDut:
    """See Dut. What a test puts on its flash is taken off again by `close`."""

    def __init__(self, what: UnitDescription, instruments: Instruments):
        self.kind = what.kind
        self.name = what.name
        self.heard: list[Said] = []
        self._what = what
        self._with = instruments
        self._told: list[Said] = []
        self._litres_before = 0.0
        if instruments.power:
            instruments.power.turn(True)
        self._port = BoardPort(what.port)
        self._await_prompt()
        self._loader = Loader(self._port)
        self._loader.check(what.name, what.board)
        self._make_tap()

    @property
    def now_s(self) -> float:
        """See Dut."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """See Dut."""
        for line in self._port.listen(seconds):
            if line:
                self.heard.append(Said(self.now_s, read_line(self.name, line)))
        if self._with.city:
            took = self._with.city.take()
            self._told += [Said(self.now_s, {"type": kind, **told}) for kind, told in took]

    def start(self, unix_s: int, load: Load) -> None:
        """See Dut."""
        self._await_prompt()
        self._loader.put(load)
        self._loader.set_clock(unix_s)
        self.heard.clear()
        if self._what.wires.get("presence") is not None and self._with.jig:
            self._with.jig.drive(self._what.wires["presence"], 0)
        self._litres_before += self.litres() if self._has_tap else 0.0
        self._port.restart()

    def type(self, line: str) -> None:
        """See Dut."""
        self._port.type(line)

    def power(self, on: bool) -> None:
        """See Dut."""
        _present(self._with.power, "power switch").turn(on)
        self._port.forget_prompt()
        if not on:
            time.sleep(_OFF_S)

    def sag(self, voltage_v: float, seconds: float) -> None:
        """See Dut."""
        raise LookupError("no rig of real boards has a supply whose voltage can be lowered")

    def reset(self) -> None:
        """See Dut."""
        self._port.pull_reset()

    def power_w(self) -> float:
        """See Dut."""
        return _present(self._with.meter, "meter").power_w()

    def light(self) -> float:
        """See Dut."""
        diode = _present(self._what.photodiode, "photodiode")
        return _share(diode, _present(self._with.jig, "jig").millivolts(diode["gpio"]))

    def passage(self, seconds: float, every_s: float) -> Trace:
        """See Dut. Both ends are the jig's, so what a cable takes is in no figure."""
        diode = _present(self._what.photodiode, "photodiode")
        jig, wire = _present(self._with.jig, "jig"), self._what.wires["presence"]
        trace = jig.passage(wire, diode["gpio"], seconds, every_s)
        return [(at_s, _share(diode, mv)) for at_s, mv in trace]

    def valve_open(self) -> bool:
        """See Dut."""
        return _present(self._with.jig, "jig").tap(_TAP)[0]

    def litres(self) -> float:
        """See Dut."""
        pulses = _present(self._with.jig, "jig").tap(_TAP)[1]
        return pulses * self._loader.board["fitted"]["flow"]["litres_per_pulse"] - self._litres_before

    def install(self, load: Load, cut_at: int | None = None) -> bool:
        """See Dut. Its prompt is needed, so it is switched on; a write is one of the file system's calls."""
        self.power(True)
        self._await_prompt()
        if cut_at is None:
            self._loader.put(load)
            return False
        return self._install_with_cut(load, cut_at)

    def order(self, verb: str, value: int, for_s: int) -> str:
        """See Dut."""
        return _present(self._with.city, "gateway").order(self.name, verb, value, for_s)

    def answers(self, order: str) -> Sequence[Said]:
        """See Dut."""
        return [said for said in self._told if said.record.get("id") == order]

    def close(self) -> None:
        """See Dut. It goes on as before the test, with the time of this machine: its own is a test's.

        Raises RigTrouble when that cannot be done.
        """
        try:
            if self._with.power:
                self._with.power.turn(True)
            self._await_prompt()
            self._loader.put_back()
            self._loader.set_clock(round(time.time()))
            self._port.restart()
        except (TransportError, OSError) as error:
            raise RigTrouble(f"{self.name}: {error}") from error
        finally:
            self._port.close()

    def _install_with_cut(self, load: Load, cut_at: int) -> bool:
        """Power goes when so many pieces of files are written: as near to a write as a switch can be."""
        left = cut_at

        def piece() -> None:
            nonlocal left
            if left == 0:
                self.power(False)
                raise _Cut
            left -= 1

        try:
            self._loader.put(load, piece)
        except _Cut:
            return True
        return False

    def _await_prompt(self) -> None:
        """A board that has just got its power does not listen yet."""
        deadline_s = time.monotonic() + _PROMPT_S
        while True:
            try:
                self._port.stop_program()
                return
            except (TransportError, OSError):
                if time.monotonic() > deadline_s:
                    raise
                self._port.forget_prompt()
                time.sleep(_LOOK_S)

    @property
    def _has_tap(self) -> bool:
        return self._with.jig is not None and self._what.wires.keys() >= {"valve_open", "valve_close", "flow"}

    def _make_tap(self) -> None:
        if self._has_tap:
            wires = self._what.wires
            gpios = wires["valve_open"], wires["valve_close"], wires["flow"]
            _present(self._with.jig, "jig").make_tap(_TAP, *gpios, _PULSE_MS)


class _Cut(Exception):
    """Power is gone, in the midst of a file."""


def _share(diode: Mapping[str, int], mv: float) -> float:
    return (mv - diode["dark_mv"]) / (diode["full_mv"] - diode["dark_mv"])


def _present(part: Any, name: str) -> Any:
    if part is None:
        raise LookupError(f"no {name} on this rig")
    return part
