"""From a board's definition to a canopy's parts: which there are, what they share, and what is refused."""

import sys

from corolle.units.canopy_wiring import CanopyWiring
from corolle.units.wiring import Wiring

_BUSES = {"i2c0": {"kind": "i2c", "id": 0, "scl": 18, "sda": 17, "freq_hz": 400_000}}
_FITTED = {
    "valve": {
        "driver": "latching_valve",
        "open_pin": 6,
        "close_pin": 7,
        "pulse_ms": 50,
        "supply": "tank",
    },
    "flow": {"driver": "flow_meter", "pin": 15, "litres_per_pulse": 0.01},
    "mist_valve": {"driver": "solenoid", "pin": 4},
    "purge_valve": {"driver": "solenoid", "pin": 5},
    "mist_flow": {"driver": "flow_meter", "pin": 16, "litres_per_pulse": 0.002},
    "leak": {"driver": "contact", "pin": 1, "closed_is": 1},
    "presence": {"driver": "pir", "pin": 2},
    "wind": {"driver": "anemometer", "pin": 21, "m_s_per_hz": 0.667},
    "tank": {
        "driver": "level_loop",
        "bus": "i2c0",
        "address": 0x48,
        "channel": 3,
        "shunt_ohm": 100,
        "empty_ma": 4,
        "full_ma": 20,
    },
    "tension": {
        "driver": "tensiometer",
        "bus": "i2c0",
        "address": 0x49,
        "channel": 0,
        "zero_mv": 500,
        "mv_per_kpa": 20,
    },
    "soil": {
        "driver": "ads1115",
        "bus": "i2c0",
        "address": 0x48,
        "channels": [0],
        "dry_mv": [2800],
        "wet_mv": [1200],
        "wet_vwc_pct": [50],
    },
    "soil_temperature": {"driver": "ds18b20", "pin": 47},
    "battery": {"driver": "ina226", "bus": "i2c0", "address": 0x40, "shunt_uohm": 10_000},
    "air": {"driver": "sht45", "bus": "i2c0", "address": 0x44},
}


def _made(**changes):
    fitted = dict(_FITTED)
    fitted.update(changes)
    wiring = Wiring({"buses": _BUSES, "fitted": fitted})
    return wiring, CanopyWiring(wiring)


class _Log:
    def __init__(self):
        self.lines = []

    def __call__(self, event, **fields):
        self.lines.append((event, fields))


def test_all_valves_are_shut_and_made_once():
    wiring, canopy = _made()
    log = _Log()
    wiring.shut_valves(log)
    valves = [canopy.valve(name) for name in ("valve", "mist_valve", "purge_valve")]
    assert not any(valve.is_open for valve in valves) and not log.lines
    assert valves[1] is wiring.valve("mist_valve")
    assert "corolle.drivers.flow_meter" not in sys.modules


def test_an_impossible_valve_is_told_and_keeps_no_other_from_being_shut():
    for wrong in (
        {"driver": "latching_valve", "open_pin": 6, "close_pin": 7, "pulse_ms": 9000},
        {"driver": "solenoid"},
        {},
        None,
    ):
        wiring, _ = _made(valve=wrong, another={"driver": "solenoid", "pin": 40})
        log = _Log()
        wiring.shut_valves(log)
        made = [name for name in ("mist_valve", "purge_valve", "another") if name in wiring._made]
        assert len(made) == 3, (wrong, made)
        assert [(event, fields["part"]) for event, fields in log.lines] == [("fitting", "valve")], wrong


def _part(canopy, name, *arguments):
    """A part that is fitted."""
    return getattr(canopy, name)(*arguments)


def test_parts_with_one_bus_and_address_have_one_converter():
    _, canopy = _made()
    soil, tank, tension = _part(canopy, "soil"), _part(canopy, "tank"), _part(canopy, "tension")
    assert soil[1] is tank[1] and soil[1] is not tension[1]
    assert soil[2]["channels"] == [0] and tank[2:] == (3, 100, 4, 20) and tension[2:] == (0, 500, 20)
    for driver, *parts in (soil, tank, tension):
        assert hasattr(driver(*parts), "read")


def test_sensors_are_what_a_sensor_makes_them_from():
    wiring, canopy = _made()
    driver, bus, address = _part(canopy, "air")
    assert driver.__name__ == "SHT45" and bus is wiring.bus("i2c0") and address == 0x44
    driver, bus, address, shunt_uohm = _part(canopy, "power", "battery")
    assert driver.__name__ == "INA226" and (address, shunt_uohm) == (0x40, 10_000)
    driver, wire = _part(canopy, "temperature", "soil_temperature")
    assert driver.__name__ == "DS18B20" and hasattr(wire, "reset")


def test_parts_at_pins():
    _, canopy = _made()
    assert _part(canopy, "flow", "flow").litres_per_pulse == 0.01
    assert _part(canopy, "flow", "mist_flow").litres_per_pulse == 0.002
    assert _part(canopy, "leak").present is False
    assert _part(canopy, "presence", lambda: None).present is False
    assert _part(canopy, "wind").wind_m_s() is None


def test_what_is_not_fitted_is_none_and_its_driver_is_not_in_memory():
    canopy = CanopyWiring(Wiring({}))
    alone = canopy.leak, canopy.wind, canopy.air, canopy.soil, canopy.tank, canopy.tension
    assert [make() for make in alone] == [None] * 6
    named = canopy.valve, canopy.flow, canopy.temperature, canopy.power
    assert [make("mist_valve") for make in named] == [None] * 4
    assert canopy.supply("mist_valve") == ""
    assert not [name for name in sys.modules if name.startswith("corolle.drivers.")]


def test_what_a_line_hangs_on():
    _, canopy = _made(purge_valve={"driver": "solenoid", "pin": 5, "supply": "well"})
    assert (canopy.supply("valve"), canopy.supply("mist_valve")) == ("tank", "mains")
    try:
        canopy.supply("purge_valve")
    except ValueError as error:
        assert "fitted.purge_valve.supply = 'well' is neither mains nor tank" in str(error)
    else:
        raise AssertionError("taken")


def test_another_driver_than_the_part_can_have_is_refused():
    wiring, canopy = _made(leak={"driver": "pir", "pin": 1}, valve={"driver": "pir", "pin": 1})
    for make, named in (
        (canopy.leak, "fitted.leak.driver = 'pir' is not contact"),
        (lambda: wiring.valve("valve"), "is none of latching_valve, solenoid"),
    ):
        try:
            make()
        except ValueError as error:
            assert named in str(error), error
            continue
        raise AssertionError(named)
