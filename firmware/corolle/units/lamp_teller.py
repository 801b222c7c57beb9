"""What a lamp post tells: its report, and now and then what the crew that looks after it needs to know."""

from corolle.wire.compat import const
from corolle.wire.words import REASONS, code_of

_TABLES = const("corolle.wire.lamp_report")
_SERVICE_S = const(21600)
_MOST_V = const(510)  # what the messages can carry
_MOST_A = const(10.22)
_MOST_TILT_DEG = const(180)
_MOST_LX = const(65534)
_MOST_LOSSES = const(4095)
_MOST_STARTS = const(65535)


class LampTeller:
    """`lamp` is the unit, `power` its PowerWatch, `senses` its Senses, `people` its People."""

    def __init__(self, common, lamp, power, senses, people):
        self._common = common
        self._lamp = lamp
        self._power = power
        self._senses = senses
        self._people = people
        self._service_due_s = 0

    def all_of_it(self) -> None:
        """Somebody has asked: both messages, now."""
        self._service_due_s = 0
        self._common.reporter.soon()

    def compose(self) -> tuple:
        """A message and its values. Counters are kept before they are told: they never go back."""
        common, power = self._common, self._power
        if power.power_w is None:
            power.book(self._lamp.driven_pct)
        common.ledger.keep(now=True)
        now_s = common.clock.uptime_s()
        if now_s >= self._service_due_s:
            self._service_due_s = now_s + _SERVICE_S
            common.reporter.soon()  # the report proper follows
            return _TABLES, "LAMP_SERVICE", self._service()
        return _TABLES, "LAMP_REPORT", self._report()

    def _report(self) -> dict:
        common, power, lamp = self._common, self._power, self._lamp
        reason, level_pct = lamp.output()
        watts = power.power_w
        return {
            "level_pct": level_pct,
            "reason": code_of(REASONS, reason),
            "power_w": power.expected_w(lamp.driven_pct) if watts is None else watts,
            "energy_wh": common.ledger["energy_dwh"] / 10 if power.energy.known else None,
            "passages": common.ledger["passages"],
            "temperature_c": self._senses.temperature_c,
            "faults": common.faults.flags,
            "presence": int(self._people.present),
        }

    def _service(self) -> dict:
        ledger, power, senses = self._common.ledger, self._power, self._senses
        return {
            "burn_h": ledger["burn_s"] / 3600,
            "starts": min(ledger["starts"], _MOST_STARTS),
            "supply_losses": min(ledger["supply_losses"], _MOST_LOSSES),
            "voltage_v": _at_most(power.voltage_v, _MOST_V),
            "current_a": _at_most(power.current_a, _MOST_A),
            "power_factor": power.power_factor(),
            "full_w": power.full_w,
            "tilt_deg": _at_most(senses.tilt_deg, _MOST_TILT_DEG),
            "lux": _at_most(senses.lux, _MOST_LX),
        }


def _at_most(value: float | None, most: float) -> float | None:
    return None if value is None else min(value, most)
