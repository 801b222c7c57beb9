"""What a lamp post tells, in the words of its reports. In memory while it is put together."""

from corolle.wire.compat import const
from corolle.wire.words import REASONS, code_of

_MOST_W = const(409.4)  # what the messages can carry
_MOST_C = const(87)
_LEAST_C = const(-40)
_MOST_V = const(510)
_MOST_A = const(10.22)
_MOST_TILT_DEG = const(180)
_MOST_LX = const(65534)
_MOST_LOSSES = const(4095)
_MOST_STARTS = const(65535)


def report(common, lamp, power, senses, people) -> dict:
    """The values of a LAMP_REPORT."""
    reason, level_pct = lamp.output()
    watts = power.expected_w(lamp.driven_pct) if power.power_w is None else power.power_w
    degrees = _at_most(senses.temperature_c, _MOST_C)
    return {
        "level_pct": level_pct,
        "reason": code_of(REASONS, reason),
        "power_w": _at_most(watts, _MOST_W),
        "energy_wh": common.ledger["energy_dwh"] / 10 if power.energy.known else None,
        "passages": common.ledger["passages"],
        "temperature_c": None if degrees is None else max(_LEAST_C, degrees),
        "faults": common.faults.flags,
        "presence": int(people.present),
    }


def service(common, power, senses) -> dict:
    """The values of a LAMP_SERVICE."""
    ledger = common.ledger
    return {
        "burn_h": ledger["burn_s"] / 3600,
        "starts": min(ledger["starts"], _MOST_STARTS),
        "supply_losses": min(ledger["supply_losses"], _MOST_LOSSES),
        "voltage_v": _at_most(power.voltage_v, _MOST_V),
        "current_a": _at_most(power.current_a, _MOST_A),
        "power_factor": power.power_factor(),
        "full_w": _at_most(power.full_w, _MOST_W),
        "tilt_deg": _at_most(senses.tilt_deg, _MOST_TILT_DEG),
        "lux": _at_most(senses.lux, _MOST_LX),
    }


def _at_most(value: float | None, most: float) -> float | None:
    return None if value is None else min(value, most)
