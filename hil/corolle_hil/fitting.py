"""From a board's definition to simulated chips on its wires."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from corolle_hil.board import Board
from corolle_hil.chips.ads1115 import Ads1115
from corolle_hil.chips.flow_meter import FlowMeter
from corolle_hil.chips.latching_valve import LatchingValve
from corolle_hil.chips.pir import Pir
from corolle_hil.chips.pwm_lamp import PwmLamp
from corolle_hil.chips.sht45 import Sht45
from corolle_hil.chips.sx1262.chip import Sx1262
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.air import Air
from corolle_hil.world.climate import Climate
from corolle_hil.world.propagation import Position
from corolle_hil.world.soil import Planter, Soil, SoilProbe
from corolle_hil.world.water import DripLine

Definition = dict[str, Any]

_CROP_FACTORS = (1.1, 1.5)  # no two canopies have grown alike


@dataclass
class Surroundings:
    """What all furniture of a street shares."""

    scheduler: Scheduler
    air: Air
    climate: Climate
    place_deg: tuple[float, float]

    def unix_s(self) -> float:
        """The street's time."""
        return self.scheduler.unix_us / 1e6

    def air_at_sensor(self) -> tuple[float, float]:
        """Temperature in C and relative humidity in %."""
        weather = self.climate(self.unix_s())
        return weather.temperature_c, weather.humidity_pct


@dataclass
class Furniture:
    """The simulated hardware around one board. What is not fitted is None."""

    name: str
    position: Position
    radio: Sx1262 | None = None
    lamp: PwmLamp | None = None
    presence: Pir | None = None
    air: Sht45 | None = None
    probes: list[SoilProbe] = field(default_factory=list)
    soil_adc: Ads1115 | None = None
    soil: Soil | None = None
    valve: LatchingValve | None = None
    drip: DripLine | None = None
    meter: FlowMeter | None = None


def fit(board: Board, definition: Definition, furniture: Furniture, around: Surroundings) -> None:
    """Put every chip that `definition` lists as fitted on the board.

    Raises:
        ValueError: a driver that no simulated chip answers to; names it and those there are.
    """
    fitted = definition["fitted"]
    unknown = {part["driver"] for part in fitted.values()} - _ORDER.keys()
    if unknown:
        raise ValueError(f"no simulated chip for {', '.join(sorted(unknown))}; there are {', '.join(_ORDER)}")
    for driver, put in _ORDER.items():
        for part in fitted.values():
            if part["driver"] == driver:
                put(board, part, _bus_id(definition, part), furniture, around)


def _bus_id(definition: Definition, part: Definition) -> int:
    return definition["buses"][part["bus"]]["id"] if "bus" in part else -1


def _put_radio(board: Board, part: Definition, bus: int, it: Furniture, around: Surroundings) -> None:
    it.radio = Sx1262(
        around.scheduler,
        around.air,
        it.name,
        it.position,
        cs=board.line(part["cs"]),
        busy=board.line(part["busy"]),
        dio1=board.line(part["dio1"]),
        reset=board.line(part["reset"]),
        tcxo_mv=part.get("tcxo_mv"),
    )
    board.attach_spi(bus, it.radio)


def _put_dimmer(board: Board, part: Definition, _bus: int, it: Furniture, around: Surroundings) -> None:
    it.lamp = PwmLamp(around.scheduler, board.line(part["pin"]))


def _put_presence(board: Board, part: Definition, _bus: int, it: Furniture, around: Surroundings) -> None:
    it.presence = Pir(around.scheduler, board.line(part["pin"]))


def _put_air(board: Board, part: Definition, bus: int, it: Furniture, around: Surroundings) -> None:
    it.air = Sht45(around.scheduler, part["address"], around.air_at_sensor)
    board.attach_i2c(bus, it.air)


def _put_valve(board: Board, part: Definition, _bus: int, it: Furniture, around: Surroundings) -> None:
    it.valve = LatchingValve(around.scheduler, board.line(part["open_pin"]), board.line(part["close_pin"]))
    it.drip = DripLine(around.scheduler, it.valve)


def _put_flow(board: Board, part: Definition, _bus: int, it: Furniture, around: Surroundings) -> None:
    drip = it.drip
    if drip is None:
        raise ValueError("a flow_meter needs a latching_valve before it")
    it.meter = FlowMeter(
        around.scheduler, board.line(part["pin"]), part["litres_per_pulse"], lambda: drip.flow_l_s
    )
    drip.watch(it.meter.update)


def _put_soil(board: Board, part: Definition, bus: int, it: Furniture, around: Surroundings) -> None:
    drip = it.drip
    rng = around.scheduler.rng(f"planter {it.name}")
    planter = Planter(crop_factor=rng.uniform(*_CROP_FACTORS))
    soil = Soil(
        planter, around.climate, around.unix_s, lambda: drip.litres if drip else 0.0, around.place_deg
    )
    it.soil = soil
    it.probes = [
        SoilProbe(soil, index, part["dry_mv"][index], part["wet_mv"][index], part["wet_vwc_pct"][index])
        for index in range(len(part["channels"]))
    ]
    inputs: list[Callable[[], float]] = [_grounded] * 4
    for channel, probe in zip(part["channels"], it.probes, strict=True):
        inputs[channel] = probe
    it.soil_adc = Ads1115(around.scheduler, part["address"], inputs)
    board.attach_i2c(bus, it.soil_adc)


def _grounded() -> float:
    return 0.0


# Water flows through the valve before the meter, and drips into the soil: they are fitted in this order.
_ORDER: dict[str, Callable[[Board, Definition, int, Furniture, Surroundings], None]] = {
    "sx1262": _put_radio,
    "pwm_dimmer": _put_dimmer,
    "pir": _put_presence,
    "sht45": _put_air,
    "latching_valve": _put_valve,
    "flow_meter": _put_flow,
    "ads1115": _put_soil,
}
