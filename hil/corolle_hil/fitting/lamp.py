"""The parts of a lamp post: what commands its luminaire, what measures it, and what looks around."""

from corolle_hil.chips.bl0942 import Bl0942
from corolle_hil.chips.converter import Converter
from corolle_hil.chips.dali_bus import DaliBus
from corolle_hil.chips.dali_gear import DaliGear
from corolle_hil.chips.ds3231 import Ds3231
from corolle_hil.chips.ld2410 import Ld2410
from corolle_hil.chips.lis3dh import Lis3dh
from corolle_hil.chips.ntc import Ntc
from corolle_hil.chips.pir import Pir
from corolle_hil.chips.relay import Mains as Wave
from corolle_hil.chips.relay import Relay
from corolle_hil.chips.tmp117 import Tmp117
from corolle_hil.chips.veml7700 import Veml7700
from corolle_hil.fitting.parts import Definition, Fitter, LampPost, Surroundings
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.housing import Housing
from corolle_hil.world.luminaire import Luminaire
from corolle_hil.world.mains import Mains

_NODE_W = 1.0  # the controller's own draw, day and night
_RTC_PPM = 2.0  # a DS3231 is no better (datasheet 19-5170, accuracy)


def raise_post(name: str, around: Surroundings) -> LampPost:
    """A lamp post with its luminaire; nobody commands it yet."""
    mains = Mains(around.scheduler, name)
    luminaire = Luminaire(around.scheduler, mains)

    def heat_wh() -> float:
        return luminaire.energy_wh + _NODE_W * around.scheduler.now_us / 3.6e9

    return LampPost(mains, luminaire, Housing(around.scheduler, around.climate, heat_wh))


def put_converter(on: Fitter, part: Definition) -> None:
    """A 0-10 V converter at a PWM pin."""
    line = on.board.line(part["pin"])
    calibration = part["zero_mv"] / 1000, part["full_mv"] / 1000
    on.it.converter = Converter(on.scheduler, line, on.post.luminaire, *calibration)


def put_dali(on: Fitter, part: Definition) -> None:
    """A DALI bus with the luminaire's control gear, which has the supply that the luminaire has."""
    post = on.post
    gear = DaliGear(
        on.scheduler, post.luminaire, on.it.name, temperature_c=lambda: post.housing.temperature_c
    )
    on.it.dali = DaliBus(on.scheduler, [gear], part.get("inverted", False))
    on.on_spi(part, on.it.dali)

    def feed() -> None:
        gear.supplied = post.luminaire.supplied

    post.luminaire.watch(feed)


def put_relay(on: Fitter, part: Definition) -> None:
    """A relay in the luminaire's supply."""
    wave = Wave(on.scheduler)
    luminaire, line = on.post.luminaire, on.board.line(part["pin"])
    times_us = part["open_ms"] * 1000, part["close_ms"] * 1000

    def switch() -> None:
        luminaire.contact = relay.closed

    relay = Relay(on.scheduler, line, wave, switch, *times_us)
    on.it.relay = relay
    if "zero_cross_pin" in part:
        wave.show_crossings(on.board.line(part["zero_cross_pin"]))


def put_meter(on: Fitter, part: Definition) -> None:
    """A BL0942 between the mains and the relay."""
    scale = part["shunt_uohm"], part["divider"]
    chip = Bl0942(on.scheduler, on.post.luminaire, part["address"], *scale, name=f"bl0942 {on.it.name}")
    on.it.energy_meter = chip
    on.on_uart(part, chip)
    on.it.power_up.append(chip.reset)


def put_presence(on: Fitter, part: Definition) -> None:
    """An infrared sensor."""
    on.it.presence = Pir(on.scheduler, on.board.line(part["pin"]))


def put_radar(on: Fitter, part: Definition) -> None:
    """An LD2410 on the mast."""
    on.it.radar = Ld2410(on.scheduler, on.board.line(part["pin"]))
    on.on_uart(part, on.it.radar)


def put_lux(on: Fitter, part: Definition) -> None:
    """A VEML7700 that looks up: no lamp shines on it."""
    daylight = on.around.daylight
    on.it.lux = Veml7700(on.scheduler, part["address"], lambda: daylight.lux)
    on.on_i2c(part, on.it.lux)
    on.it.power_up.append(on.it.lux.power_up)


def put_tmp117(on: Fitter, part: Definition) -> None:
    """A TMP117 in the luminaire's housing."""
    housing = on.post.housing
    chip = Tmp117(on.scheduler, part["address"], lambda: housing.temperature_c)
    on.it.temperature = chip
    on.on_i2c(part, chip)
    on.it.power_up.append(chip.power_up)


def put_ntc(on: Fitter, part: Definition) -> None:
    """A thermistor in the luminaire's housing."""
    housing = on.post.housing
    values = (part[name] for name in ("supply_mv", "pullup_ohm", "ntc_ohm", "beta"))
    on.it.temperature = Ntc(on.board.line(part["pin"]), lambda: housing.temperature_c, *values)


def put_tilt(on: Fitter, part: Definition) -> None:
    """An LIS3DH in a post that stands upright."""
    on.it.tilt = Lis3dh(on.scheduler, part["address"], on.board.line(part["pin"]), lambda: (0.0, 0.0, 1.0))
    on.on_i2c(part, on.it.tilt)
    on.it.power_up.append(on.it.tilt.power_up)


def put_rtc(on: Fitter, part: Definition) -> None:
    """A DS3231 that was set right when the post was mounted."""
    housing = on.post.housing
    drift_ppm = _drift_ppm(on.scheduler, on.it.name)
    unix_s = on.scheduler.unix_us // 1_000_000
    chip = Ds3231(on.scheduler, part["address"], unix_s, drift_ppm, lambda: housing.temperature_c)
    on.it.rtc = chip
    on.on_i2c(part, chip)
    on.it.power_up.append(chip.power_up)


def _drift_ppm(scheduler: Scheduler, name: str) -> float:
    return scheduler.rng(f"rtc {name}").uniform(-_RTC_PPM, _RTC_PPM)
