"""The parts of a canopy: its water with valves and meters, its soil, what it feels of air and people."""

from collections.abc import Callable

from corolle_hil.chips.ads1115 import Ads1115
from corolle_hil.chips.anemometer import Anemometer
from corolle_hil.chips.contact import Contact
from corolle_hil.chips.current_loop import CurrentLoop
from corolle_hil.chips.ds18b20 import Ds18b20
from corolle_hil.chips.flow_meter import FlowMeter
from corolle_hil.chips.ina226 import Ina226
from corolle_hil.chips.latching_valve import LatchingValve
from corolle_hil.chips.sht45 import Sht45
from corolle_hil.chips.solenoid import Solenoid
from corolle_hil.chips.tensiometer import Tensiometer
from corolle_hil.fitting.parts import Definition, Fitter
from corolle_hil.world.battery import Battery
from corolle_hil.world.pipe import Pipe
from corolle_hil.world.planter import Planter
from corolle_hil.world.rootzone import soil_c, tension_kpa
from corolle_hil.world.soil import Soil, SoilProbe
from corolle_hil.world.tank import Tank
from corolle_hil.world.water import DripLine, WaterLine

_CROP_FACTORS = (1.1, 1.5)  # no two canopies have grown alike
_DRIP_L_H, _MIST_L_H, _PURGE_L_H = 60.0, 40.0, 240.0
_TANK_L, _ROOF_M2 = 540.0, 4.0
_NODE_W = 0.25  # controller, radio and sensors, as the mean of sleep and work


def put_air(on: Fitter, part: Definition) -> None:
    """An SHT45."""
    on.it.air = Sht45(on.scheduler, part["address"], on.around.air_at_sensor)
    on.on_i2c(part, on.it.air)


def put_latching_valve(on: Fitter, part: Definition) -> None:
    """A latching valve, and the drip line behind it."""
    lines = on.board.line(part["open_pin"]), on.board.line(part["close_pin"])
    on.it.valve = LatchingValve(on.scheduler, *lines)
    _lay_drip(on, part, on.it.valve)


def put_solenoid(on: Fitter, part: Definition) -> None:
    """A normally closed valve: of the drip line, of the nozzles, or of the purge. ValueError: of no line."""
    it, name = on.it, on.name_of(part)
    valve = Solenoid(on.scheduler, on.board.line(part["pin"]))
    if name == "valve":
        it.valve = valve
        _lay_drip(on, part, valve)
        return
    if name not in ("mist_valve", "purge_valve"):
        raise ValueError(f"{it.name}: {name} is neither valve, mist_valve nor purge_valve")
    it.mist = it.mist or WaterLine(on.scheduler, _supply(on, part))
    if name == "mist_valve":
        it.mist_valve, it.nozzles = valve, it.mist.add(valve, _MIST_L_H)
    else:
        it.purge_valve, it.purge = valve, it.mist.add(valve, _PURGE_L_H)


def put_flow(on: Fitter, part: Definition) -> None:
    """The water meter of the drip line or of the mist line. Raises ValueError when it has no valve."""
    it, of_mist = on.it, on.name_of(part) == "mist_flow"
    line = it.mist if of_mist else it.drip
    if line is None:
        raise ValueError("a flow_meter needs a valve behind it: latching_valve or solenoid")
    wire = on.board.line(part["pin"])
    meter = FlowMeter(on.scheduler, wire, part["litres_per_pulse"], lambda: line.flow_l_s)
    line.watch(meter.update)
    if of_mist:
        it.mist_meter = meter
    else:
        it.meter = meter


def put_leak(on: Fitter, part: Definition) -> None:
    """A contact in the tray under valves and meters: it tells of any line that leaks."""
    leak = Contact(on.board.line(part["pin"]))
    on.it.leak = leak
    lines = [line for line in (on.it.drip, on.it.mist) if line]

    def wet() -> None:
        leak.closed = any(line.leak_l_s > 0 for line in lines) == bool(part["closed_is"])

    for line in lines:
        line.watch(wet)
    wet()


def put_wind(on: Fitter, part: Definition) -> None:
    """An anemometer on the canopy's top."""
    wire = on.board.line(part["pin"])
    on.it.wind = Anemometer(on.scheduler, wire, part["m_s_per_hz"], on.around.wind_at_canopy)


def put_soil(on: Fitter, part: Definition) -> None:
    """The probes in the planter, at an ADS1115."""
    it, soil = on.it, _soil(on)
    it.probes = [
        SoilProbe(soil, index, part["dry_mv"][index], part["wet_mv"][index], part["wet_vwc_pct"][index])
        for index in range(len(part["channels"]))
    ]
    for channel, probe in zip(part["channels"], it.probes, strict=True):
        it.soil_adc = _connect(on, part, channel, probe)


def put_tension(on: Fitter, part: Definition) -> None:
    """A tensiometer between the dripper and the edge."""
    soil = _soil(on)

    def kpa() -> float:
        return tension_kpa(soil.planter, soil.update()[1])

    on.it.tension = Tensiometer(kpa, part["zero_mv"], part["mv_per_kpa"])
    _connect(on, part, part["channel"], on.it.tension)


def put_tank_level(on: Fitter, part: Definition) -> None:
    """A level transmitter in the tank."""
    tank = _tank(on)
    loop = CurrentLoop(lambda: tank.share, part["shunt_ohm"], part["empty_ma"], part["full_ma"])
    on.it.tank_level = loop
    _connect(on, part, part["channel"], loop)


def put_thermometer(on: Fitter, part: Definition) -> None:
    """A DS18B20 in the soil, or at the pipe of the mist line."""
    it, around, name = on.it, on.around, on.name_of(part)
    if name == "water_temperature":
        mist = it.mist
        pipe = Pipe(on.scheduler, around.climate, lambda: mist.litres if mist else 0.0)
        it.mist_pipe = pipe
        chip = Ds18b20(on.scheduler, lambda: pipe.temperature_c, serial=1)
    else:
        chip = Ds18b20(on.scheduler, lambda: soil_c(around.climate, around.unix_s()), serial=2)
    it.thermometers[name] = chip
    on.board.attach_onewire(part["pin"], chip)
    it.power_up.append(chip.power_up)


def put_power_meter(on: Fitter, part: Definition) -> None:
    """An INA226 in the battery's line, or in the panel's; the battery then feeds the board."""
    it, name = on.it, on.name_of(part)
    it.battery = it.battery or _battery(on)
    reading = it.battery.panel_reading if name == "panel" else it.battery.reading
    chip = Ina226(on.scheduler, part["address"], part["shunt_uohm"] / 1e6, reading)
    it.power_meters[name] = chip
    on.on_i2c(part, chip)
    it.power_up.append(chip.power_up)


def _lay_drip(on: Fitter, part: Definition, valve: LatchingValve | Solenoid) -> None:
    on.it.drip = DripLine(on.scheduler, valve, _DRIP_L_H, _supply(on, part))


def _supply(on: Fitter, part: Definition) -> Tank | None:
    return _tank(on) if part.get("supply", "mains") == "tank" else None


def _tank(on: Fitter) -> Tank:
    on.it.tank = on.it.tank or Tank(on.scheduler, _TANK_L, climate=on.around.climate, catchment_m2=_ROOF_M2)
    return on.it.tank


def _soil(on: Fitter) -> Soil:
    it, around = on.it, on.around
    if it.soil is None:
        drip, rng = it.drip, on.scheduler.rng(f"planter {it.name}")
        it.soil = Soil(
            Planter(crop_factor=rng.uniform(*_CROP_FACTORS)),
            around.climate,
            around.unix_s,
            lambda: drip.drippers.litres if drip else 0.0,
            around.place_deg,
        )
    return it.soil


def _battery(on: Fitter) -> Battery:
    it = on.it
    coils = [valve for valve in (it.valve, it.mist_valve, it.purge_valve) if isinstance(valve, Solenoid)]
    battery = Battery(on.scheduler, on.around.climate, lambda: _NODE_W + sum(coil.power_w for coil in coils))
    for coil in coils:
        coil.watch(battery.update)
    return battery


def _connect(on: Fitter, part: Definition, channel: int, source: Callable[[], float]) -> Ads1115:
    """Put a voltage at an input of the part's converter, which parts of one bus and address share."""
    where = part["bus"], part["address"]
    if where not in on.it.converters:
        on.it.converters[where] = Ads1115(on.scheduler, part["address"], [_grounded] * 4)
        on.on_i2c(part, on.it.converters[where])
    on.it.converters[where].connect(channel, source)
    return on.it.converters[where]


def _grounded() -> float:
    return 0.0
