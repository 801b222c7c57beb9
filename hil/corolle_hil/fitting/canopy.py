"""The parts of a canopy: air, soil, valve and water meter."""

from collections.abc import Callable

from corolle_hil.chips.ads1115 import Ads1115
from corolle_hil.chips.flow_meter import FlowMeter
from corolle_hil.chips.latching_valve import LatchingValve
from corolle_hil.chips.sht45 import Sht45
from corolle_hil.fitting.parts import Definition, Fitter
from corolle_hil.world.soil import Planter, Soil, SoilProbe
from corolle_hil.world.water import DripLine

_CROP_FACTORS = (1.1, 1.5)  # no two canopies have grown alike


def put_air(on: Fitter, part: Definition) -> None:
    """An SHT45."""
    on.it.air = Sht45(on.scheduler, part["address"], on.around.air_at_sensor)
    on.on_i2c(part, on.it.air)


def put_valve(on: Fitter, part: Definition) -> None:
    """A latching valve, and the drip line behind it."""
    lines = on.board.line(part["open_pin"]), on.board.line(part["close_pin"])
    on.it.valve = LatchingValve(on.scheduler, *lines)
    on.it.drip = DripLine(on.scheduler, on.it.valve)


def put_flow(on: Fitter, part: Definition) -> None:
    """A water meter. Raises ValueError when there is no valve."""
    drip = on.it.drip
    if drip is None:
        raise ValueError("a flow_meter needs a latching_valve before it")
    line = on.board.line(part["pin"])
    on.it.meter = FlowMeter(on.scheduler, line, part["litres_per_pulse"], lambda: drip.flow_l_s)
    drip.watch(on.it.meter.update)


def put_soil(on: Fitter, part: Definition) -> None:
    """A planter, and its probes at an ADS1115."""
    it, around, drip = on.it, on.around, on.it.drip
    rng = on.scheduler.rng(f"planter {it.name}")
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
    it.soil_adc = Ads1115(on.scheduler, part["address"], inputs)
    on.on_i2c(part, it.soil_adc)


def _grounded() -> float:
    return 0.0
