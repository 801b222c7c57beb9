"""A lamp post, put together of whatever its board has fitted. In memory while that is done."""

from corolle.control.light import Light
from corolle.control.night import Night
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.units.common import Wake
from corolle.units.lamp_light import LampLight
from corolle.units.lamp_parts import Fader, Presence
from corolle.units.lamp_people import People
from corolle.units.lamp_post import Lamp
from corolle.units.lamp_power import PowerWatch
from corolle.units.lamp_senses import Senses
from corolle.units.sensor import Sensor
from corolle.wire.seldom import borrowed
from corolle.wire.words import LAMP_FAULTS

__all__ = ("CLASS_C", "COUNTERS", "FAULTS", "build", "settings")

FAULTS = LAMP_FAULTS
COUNTERS = ("energy_dwh", "passages", "burn_s", "starts", "supply_losses")  # kept in the ledger
CLASS_C = True  # on the mains: it listens always


def settings(wiring) -> tuple:
    """The tables of this board's settings: every lamp has the same."""
    return (LAMP_SETTINGS,)


def build(common, wiring, place, safe_mode: bool, programme: str) -> Lamp:
    """The lamp of this board. `place` is None where it is not known: without the sun it is always night."""
    wake = Wake()
    fader = None if safe_mode else _fader(common, wiring)
    light = Light(
        common.settings, Night(*place or (0, 0)), _checked(programme, common), not (fader and place)
    )
    people = _people(common, wiring, light, wake, safe_mode)
    _count_supply_loss(common)
    fitted = {} if safe_mode else common.attempt("sensorFault", wiring.lamp_sensors) or {}
    sensors = {}
    for name in fitted:
        sensors[name] = Sensor(name, fitted[name], common)
    power = PowerWatch(common, sensors.get("meter"))
    rtc = None if safe_mode else common.attempt("sensorFault", wiring.rtc)
    senses = Senses(common, sensors.get("lux"), sensors.get("temperature"), sensors.get("tilt"), rtc)
    return Lamp(common, LampLight(common, light, fader, people, wake), people, power, senses)


def _fader(common, wiring) -> Fader | None:
    dimmer = common.attempt("dimmingFailure", wiring.dimmer)
    if dimmer is None or hasattr(dimmer, "start"):  # a gear switches itself off, and needs its supply to hear
        return dimmer and Fader(dimmer, None)
    return Fader(dimmer, common.attempt("sensorFault", wiring.relay))


def _people(common, wiring, light, wake: Wake, safe_mode: bool) -> People:
    presences, radar = [], None
    if not safe_mode:
        pir = common.attempt("sensorFault", lambda: wiring.presence(wake.set))
        sensor = common.attempt("sensorFault", lambda: wiring.radar(wake.set))
        if pir:
            presences.append(Presence(pir, common))
        if sensor:
            radar = Presence(sensor, common, counts=not pir)
            presences.append(radar)
    return People(common, light, presences, radar)


def _checked(programme: str, common) -> str:
    """The city's programme, "" for a wrong one: base_pct all night then."""
    if not programme:
        return ""
    with borrowed("corolle.control.schedule") as schedule:
        try:
            schedule.Schedule(programme)
        except ValueError as error:
            common.log("programme", level="error", error=str(error))
            common.reporter.event("settings reset", 1)
            return ""
    return programme


def _count_supply_loss(common) -> None:
    if common.boot_cause == "power" and not common.ledger.fresh:
        common.ledger["supply_losses"] += 1
