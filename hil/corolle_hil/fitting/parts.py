"""What stands around one board, and what all furniture of a street shares."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from corolle_hil.board import Board
from corolle_hil.chips.ads1115 import Ads1115
from corolle_hil.chips.anemometer import Anemometer
from corolle_hil.chips.bl0942 import Bl0942
from corolle_hil.chips.contact import Contact
from corolle_hil.chips.converter import Converter
from corolle_hil.chips.current_loop import CurrentLoop
from corolle_hil.chips.dali_bus import DaliBus
from corolle_hil.chips.ds18b20 import Ds18b20
from corolle_hil.chips.ds3231 import Ds3231
from corolle_hil.chips.flow_meter import FlowMeter
from corolle_hil.chips.ina226 import Ina226
from corolle_hil.chips.latching_valve import LatchingValve
from corolle_hil.chips.ld2410 import Ld2410
from corolle_hil.chips.lis3dh import Lis3dh
from corolle_hil.chips.ntc import Ntc
from corolle_hil.chips.pir import Pir
from corolle_hil.chips.relay import Relay
from corolle_hil.chips.sht45 import Sht45
from corolle_hil.chips.solenoid import Solenoid
from corolle_hil.chips.sx1262.chip import Sx1262
from corolle_hil.chips.tensiometer import Tensiometer
from corolle_hil.chips.tmp117 import Tmp117
from corolle_hil.chips.veml7700 import Veml7700
from corolle_hil.ports import I2cChip, SpiChip, UartChip
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.air import Air
from corolle_hil.world.battery import Battery
from corolle_hil.world.climate import Climate
from corolle_hil.world.daylight import Daylight
from corolle_hil.world.housing import Housing
from corolle_hil.world.luminaire import Luminaire
from corolle_hil.world.mains import Mains
from corolle_hil.world.passers import Lookout
from corolle_hil.world.pipe import Pipe
from corolle_hil.world.propagation import Position
from corolle_hil.world.soil import Soil, SoilProbe
from corolle_hil.world.tank import Tank
from corolle_hil.world.water import Branch, DripLine, WaterLine

if TYPE_CHECKING:
    from corolle_hil.ble.link import AirLink

Definition = dict[str, Any]

_WIND_AT_3_M = 0.812


@dataclass
class Surroundings:
    """What all furniture of a street shares."""

    scheduler: Scheduler
    air: Air
    climate: Climate
    place_deg: tuple[float, float]
    ble_loss: float = 0.0
    daylight: Daylight = field(init=False)

    def __post_init__(self) -> None:
        self.daylight = Daylight(self.scheduler, self.climate, self.place_deg)

    @cached_property
    def ble(self) -> "AirLink":
        """The BLE air. Bumble takes half a second to import: only a street that has BLE waits for it."""
        from corolle_hil.ble.link import AirLink

        return AirLink(self.scheduler, self.ble_loss)

    def unix_s(self) -> float:
        """The street's time."""
        return self.scheduler.unix_us / 1e6

    def wind_at_canopy(self) -> float:
        """Wind in m/s at 3 m: stations measure it at 10 m (FAO-56, equation 47, one by the other)."""
        return self.climate(self.unix_s()).wind_m_s * _WIND_AT_3_M

    def air_at_sensor(self) -> tuple[float, float]:
        """Temperature in C and relative humidity in %."""
        weather = self.climate(self.unix_s())
        return weather.temperature_c, weather.humidity_pct


@dataclass
class LampPost:
    """What a lamp post is besides its board's parts."""

    mains: Mains
    luminaire: Luminaire
    housing: Housing


@dataclass
class Furniture:
    """The simulated hardware around one board. What is not fitted is None.

    `power_up` lists what begins anew when the board's supply comes.
    """

    name: str
    position: Position
    power_up: list[Callable[[], None]] = field(default_factory=list)
    radio: Sx1262 | None = None
    post: LampPost | None = None
    converter: Converter | None = None
    dali: DaliBus | None = None
    relay: Relay | None = None
    energy_meter: Bl0942 | None = None
    presence: Pir | None = None
    radar: Ld2410 | None = None
    lux: Veml7700 | None = None
    temperature: Tmp117 | Ntc | None = None
    tilt: Lis3dh | None = None
    rtc: Ds3231 | None = None
    air: Sht45 | None = None
    wind: Anemometer | None = None
    leak: Contact | None = None
    probes: list[SoilProbe] = field(default_factory=list)
    converters: dict[tuple[str, int], Ads1115] = field(default_factory=dict)  # by bus and address
    soil_adc: Ads1115 | None = None
    soil: Soil | None = None
    tension: Tensiometer | None = None
    thermometers: dict[str, Ds18b20] = field(default_factory=dict)
    valve: LatchingValve | Solenoid | None = None
    drip: DripLine | None = None
    meter: FlowMeter | None = None
    tank: Tank | None = None
    tank_level: CurrentLoop | None = None
    mist_valve: Solenoid | None = None
    purge_valve: Solenoid | None = None
    mist: WaterLine | None = None
    nozzles: Branch | None = None
    purge: Branch | None = None
    mist_meter: FlowMeter | None = None
    mist_pipe: Pipe | None = None
    battery: Battery | None = None
    power_meters: dict[str, Ina226] = field(default_factory=dict)

    @property
    def lookout(self) -> Lookout | None:
        """All that sees people."""
        fitted = [sensor for sensor in (self.presence, self.radar) if sensor]
        return Lookout(fitted) if fitted else None


@dataclass(frozen=True)
class Fitter:
    """Puts the chips of one unit on its board."""

    board: Board
    definition: Definition
    it: Furniture
    around: Surroundings

    @property
    def scheduler(self) -> Scheduler:
        """The street's time."""
        return self.around.scheduler

    @property
    def post(self) -> LampPost:
        """The lamp post. Raises ValueError when the unit is none."""
        if self.it.post is None:
            raise ValueError(f"{self.it.name}: a part of a lamp post on a {self.definition['unit']}")
        return self.it.post

    def name_of(self, part: Definition) -> str:
        """What a part is called on its board."""
        return next(name for name, entry in self.definition["fitted"].items() if entry is part)

    def on_i2c(self, part: Definition, chip: I2cChip) -> None:
        """Put a chip on the part's bus."""
        self.board.attach_i2c(self._bus_id(part["bus"]), chip)

    def on_spi(self, part: Definition, chip: SpiChip) -> None:
        """Put a chip on the part's bus."""
        self.board.attach_spi(self._bus_id(part["bus"]), chip)

    def on_uart(self, part: Definition, chip: UartChip) -> None:
        """Put a chip on the part's serial port."""
        self.board.attach_uart(self._bus_id(part["uart"]), chip)

    def _bus_id(self, name: str) -> int:
        return self.definition["buses"][name]["id"]
