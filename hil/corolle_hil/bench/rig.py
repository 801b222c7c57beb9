"""What a rig is to a test: devices under test, what can be done to them, and what can be measured of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

Record = dict[str, Any]
Trace = list[tuple[float, float]]  # (seconds, value)

# What a test may need besides a board with its console, and what gives it.
ABILITIES = {
    "files": "a way to its file system",
    "power": "a power switch",
    "sag": "a supply whose voltage can be lowered",
    "meter": "a meter of the power it draws",
    "light": "a photodiode",
    "presence": "a jumper to its presence sensor's input",
    "valve": "jumpers from its valve's coil and to its flow meter's input",
    "air": "a gateway",
}

NIGHT_S = 1_784_070_000  # 2026-07-14 23:00 UTC, 01:00 at the bench's place
PLACE_DEG = (43.6087, 1.4474)  # latitude, longitude: where units on a bench believe to stand


class Said(NamedTuple):
    """What a console said, and when (seconds of the rig's time)."""

    at_s: float
    record: Record


@dataclass(frozen=True)
class Load:
    """What stands on a device's flash for a test, beside or instead of its own.

    Attributes:
        settings: by name, as unit.json has them.
        programme: levels of the night, as control/schedule.py reads them.
        main: instead of main.py; None leaves it.
        joins: its session is forgotten: it joins its network anew.
    """

    settings: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    programme: str = ""
    main: bytes | None = None
    joins: bool = False


class RigTrouble(RuntimeError):
    """A part of the rig cannot be had or does not answer; the message says which, and why."""


class NotThere(AssertionError):
    """What a test waited for has not come; the message says what, how long, and what was said instead."""


class Dut(Protocol):
    """A device under test: one unit on the bench. It is switched off until `start`.

    A call whose ability the rig lacks is a mistake of the test's, which is to be marked `needs`.
    """

    name: str
    kind: str
    heard: list[Said]

    @property
    def now_s(self) -> float:
        """The rig's time, which only runs forward."""
        ...

    def wait(self, seconds: float) -> None:
        """Let time pass, and listen to the console."""
        ...

    def start(self, unix_s: int, load: Load) -> None:
        """Switch it on with this load, at this moment by its clock; `heard` is empty then.

        What earlier tests left on it is gone.
        """
        ...

    def type(self, line: str) -> None:
        """Type a line at its console."""
        ...

    def power(self, on: bool) -> None:
        """Switch its supply."""
        ...

    def sag(self, voltage_v: float, seconds: float) -> None:
        """Lower its supply's voltage for so long, and wait until that is over."""
        ...

    def reset(self) -> None:
        """A hard reset: power stays."""
        ...

    def power_w(self) -> float:
        """What it draws now."""
        ...

    def light(self) -> float:
        """Its light now, as a share of full light."""
        ...

    def passage(self, seconds: float, every_s: float) -> Trace:
        """Somebody comes and stays for so long; its light meanwhile, from that moment on."""
        ...

    def valve_open(self) -> bool:
        """Whether water may flow through its drip valve."""
        ...

    def litres(self) -> float:
        """Water that has passed its drip line since `start`."""
        ...

    def install(self, load: Load, cut_at: int | None = None) -> bool:
        """Bring a load onto its flash while it is off.

        With `cut_at`, power is cut in the midst of that write to its flash (from 0 on); says whether it was.
        """
        ...

    def order(self, verb: str, value: int, for_s: int) -> str:
        """Order it to do something, by its gateway; the order's number."""
        ...

    def answers(self, order: str) -> Sequence[Said]:
        """What the gateway has told of an order, as far as it has come by now."""
        ...

    def close(self) -> None:
        """Leave it as it was before the test, switched off."""
        ...


class Rig(Protocol):
    """A place where devices are tested."""

    name: str

    def lacks(self, kind: str, ability: str = "") -> str:
        """Why a test of that kind of unit cannot have that ability; "" when it can."""
        ...

    def dut(self, kind: str, needs: Collection[str]) -> Dut:
        """A unit of that kind, with what is needed for these abilities."""
        ...

    def close(self) -> None:
        """Let everything go."""
        ...
