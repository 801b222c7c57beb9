"""From a board's definition to the parts of a canopy. A driver is imported when its part is fitted: RAM.

What cannot be lost is given as a part, or None; a chip that may be lost as what units/sensor.py's Sensor
makes it from: (driver, *its arguments), or None.
"""

from machine import Pin


class CanopyWiring:
    """`wiring` is the board's Wiring. KeyError or ValueError: an entry is missing or impossible."""

    def __init__(self, wiring):
        self._wiring = wiring
        self._converters: dict = {}

    def valve(self, name: str):
        """A valve by the name of its part ("valve", "mist_valve", "purge_valve"), or None. It is shut."""
        return self._wiring.valve(name)

    def supply(self, name: str) -> str:
        """What the line behind a valve hangs on: "mains" or "tank"; "" when the valve is not fitted."""
        entry = self._wiring.part(name)
        if entry is None:
            return ""
        supply = entry.get("supply", "mains")
        if supply not in ("mains", "tank"):
            raise ValueError(f"board: fitted.{name}.supply = {supply!r} is neither mains nor tank")
        return supply

    def flow(self, name: str):
        """A water meter ("flow", "mist_flow"), or None."""
        entry = self._wiring.part(name, "flow_meter")
        if entry is None:
            return None
        from corolle.drivers.flow_meter import FlowMeter

        return FlowMeter(Pin(entry["pin"]), entry["litres_per_pulse"])

    def leak(self):
        """The leak contact, or None."""
        entry = self._wiring.part("leak", "contact")
        if entry is None:
            return None
        from corolle.drivers.contact import Contact

        return Contact(Pin(entry["pin"]), entry["closed_is"])

    def presence(self, on_change):
        """The presence sensor, or None."""
        return self._wiring.presence(on_change)

    def wind(self):
        """The anemometer, or None."""
        entry = self._wiring.part("wind", "anemometer")
        if entry is None:
            return None
        from corolle.drivers.anemometer import Anemometer

        return Anemometer(Pin(entry["pin"]), entry["m_s_per_hz"])

    def air(self) -> tuple | None:
        """Air temperature and humidity."""
        entry = self._wiring.part("air", "sht45")
        if entry is None:
            return None
        from corolle.drivers.sht45 import SHT45

        return SHT45, self._wiring.bus(entry["bus"]), entry["address"]

    def soil(self) -> tuple | None:
        """The soil probes; the last argument is their entry, with its channels."""
        entry = self._wiring.part("soil", "ads1115")
        if entry is None:
            return None
        from corolle.drivers.soil_probe import SoilProbes

        return SoilProbes, self._converter(entry), entry

    def tank(self) -> tuple | None:
        """The level of the tank."""
        entry = self._wiring.part("tank", "level_loop")
        if entry is None:
            return None
        from corolle.drivers.level_loop import LevelLoop

        shunt_ohm, empty_ma, full_ma = entry["shunt_ohm"], entry["empty_ma"], entry["full_ma"]
        return LevelLoop, self._converter(entry), entry["channel"], shunt_ohm, empty_ma, full_ma

    def tension(self) -> tuple | None:
        """The soil's tension."""
        entry = self._wiring.part("tension", "tensiometer")
        if entry is None:
            return None
        from corolle.drivers.tensiometer import Tensiometer

        zero_mv, mv_per_kpa = entry["zero_mv"], entry["mv_per_kpa"]
        return Tensiometer, self._converter(entry), entry["channel"], zero_mv, mv_per_kpa

    def temperature(self, name: str) -> tuple | None:
        """A thermometer on a wire of its own ("soil_temperature", "water_temperature")."""
        entry = self._wiring.part(name, "ds18b20")
        if entry is None:
            return None
        from onewire import OneWire

        from corolle.drivers.ds18b20 import DS18B20

        return DS18B20, OneWire(Pin(entry["pin"]))

    def power(self, name: str) -> tuple | None:
        """A meter of voltage and current ("battery", "panel")."""
        entry = self._wiring.part(name, "ina226")
        if entry is None:
            return None
        from corolle.drivers.ina226 import INA226

        return INA226, self._wiring.bus(entry["bus"]), entry["address"], entry["shunt_uohm"]

    def _converter(self, entry: dict):
        """The converter of a part; parts with the same bus and address share one."""
        from corolle.drivers.ads1115 import SharedADS1115

        place = entry["bus"], entry["address"]
        if place not in self._converters:
            self._converters[place] = SharedADS1115(self._wiring.bus(place[0]), place[1])
        return self._converters[place]
