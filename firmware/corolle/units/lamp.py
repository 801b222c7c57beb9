"""A lamp post: light, people, power and senses, of whatever its board has fitted."""

from corolle.control.light import Light
from corolle.control.night import Night
from corolle.system.lamp_settings import LAMP_SETTINGS as SETTINGS
from corolle.units.common import Wake
from corolle.units.lamp_light import LampLight
from corolle.units.lamp_parts import Fader, Presence
from corolle.units.lamp_people import People
from corolle.units.lamp_power import PowerWatch
from corolle.units.lamp_senses import Senses
from corolle.units.lamp_teller import LampTeller
from corolle.units.lamp_watch import LampWatch
from corolle.units.sensor import Sensor
from corolle.wire.seldom import borrowed
from corolle.wire.words import LAMP_FAULTS as FAULTS

__all__ = ("CLASS_C", "COUNTERS", "FAULTS", "SETTINGS", "Lamp", "build")

COUNTERS = ("energy_dwh", "passages", "burn_s", "starts", "supply_losses")  # kept in the ledger
CLASS_C = True  # on the mains: it listens always


class Lamp:
    """The unit. `tasks` are what the supervisor runs; by the rest node and links speak with it."""

    def __init__(self, common, lamp_light, people, power, senses):
        watch = LampWatch(common, power, senses, lamp_light)
        self._common = common
        self._lamp_light = lamp_light
        self._people = people
        self._power = power
        self._teller = LampTeller(common, lamp_light, power, senses, people)
        lamp_light.on_move.append(power.energy.account)
        lamp_light.on_move.append(watch.look_again)
        self.tasks = (("unit", lamp_light.run), ("watch", watch.run))
        self.output = lamp_light.output
        self.look_again = lamp_light.look_again
        self.compose = self._teller.compose

    def heard(self, passing) -> None:
        """A neighbour tells of somebody."""
        self._people.heard(passing, self._common.clock.now())
        self._lamp_light.look_again()

    def carry_out(self, verb: str, value: int, until_s: int, author: str) -> str:
        """Obey a command that was found right; returns the verdict."""
        if verb == "report":
            self._teller.all_of_it()
        elif self._lamp_light.light.safe_mode:
            return "refused"
        elif verb == "learn":
            return "accepted" if self._power.ask_to_learn() else "not fitted"
        else:
            self._lamp_light.order(verb, value, until_s, author)
        return "accepted"


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
        sensors[name] = Sensor(name, fitted[name][0], fitted[name][1:], common.log, common.clock.uptime_s)
    power = PowerWatch(common, sensors.get("meter"))
    felt = [sensors.get(name) for name in ("lux", "temperature", "tilt")]
    senses = Senses(common, *felt, None if safe_mode else common.attempt("sensorFault", wiring.rtc))
    return Lamp(common, LampLight(common, light, fader, people, wake), people, power, senses)


def _fader(common, wiring) -> Fader | None:
    dimmer = common.attempt("dimmingFailure", wiring.dimmer)
    return Fader(dimmer, common.attempt("sensorFault", wiring.relay)) if dimmer else None


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
