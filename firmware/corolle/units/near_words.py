"""A unit's readings as BTHome's objects, by the names of its messages. In memory while an advert is made."""

from corolle.system.version import VERSION
from corolle.wire.bthome import KINDS
from corolle.wire.words import code_of

_KIND, _FIRMWARE, _PROBLEM = 0xF0, 0xF2, 0x26
# Name of a field, object id, and what divides its value: 1000 makes kWh of Wh.
_OBJECTS = (
    "temperature_c 02 1|air_temperature_c 02 1|soil_temperature_c 02 1|water_temperature_c 02 1|lux 05 1|"
    "battery_v 0c 1|presence 21 1|soil1_vwc_pct 2f 1|soil2_vwc_pct 2f 1|soil3_vwc_pct 2f 1|"
    "air_humidity_pct 2e 1|passages 3e 1|current_a 43 1|wind_m_s 44 1|voltage_v 4a 1|energy_wh 4d 1000|"
    "litres_total 4f 1|power_w 5c 1"
)


def readings(kind: str, fields: dict) -> list:
    """(object id, value) of what is measured; `fields` are those of the unit's messages."""
    found = [(_PROBLEM, int(fields["faults"] != 0)), (_KIND, code_of(KINDS, kind)), (_FIRMWARE, _version())]
    for row in _OBJECTS.split("|"):
        name, number, divisor = row.split()
        value = fields.get(name)
        if value is not None:
            found.append((int(number, 16), value / int(divisor) if divisor != "1" else value))
    return found


def _version() -> int:
    number = 0
    for part in VERSION.split("."):
        number = number << 8 | int(part)
    return number
