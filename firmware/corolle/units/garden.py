"""What a canopy knows of its soil and its air, from chips that may be lost and come back."""

from corolle.control.measured import Measured, Readings
from corolle.control.soil import probe_fault, soil
from corolle.wire.compat import const

_FRESH_S = const(5)  # whoever asks again so soon gets the same readings
_PROBES = const(3)  # the report has room for


class Garden:
    """The sensors are units/sensor.py's, None where not fitted; `probes` is how many the soil has."""

    def __init__(self, common, soil_sensor, probes: int, air_sensor):
        self._common = common
        self._soil = soil_sensor
        self._air = air_sensor
        self._sampled_at_s = -_FRESH_S
        self.readings = Readings(probes)
        if air_sensor:
            self.readings.air = Measured()

    async def sample(self) -> None:
        """Read all sensors; one that fails leaves its last reading to grow old."""
        now_s = self._common.clock.uptime_s()
        if now_s - self._sampled_at_s < _FRESH_S:
            return
        self._sampled_at_s = now_s
        readings = self.readings
        vwc_pct = await self._soil.read() if self._soil else None
        if vwc_pct is not None:
            readings.update(now_s, vwc_pct)
        air = await self._air.read() if self._air else None
        if air is not None and readings.air:
            readings.air.update(now_s, air)
        self._tell_faults(now_s)

    def values(self) -> dict:
        """The report's fields; None for what is not known."""
        now_s, readings = self._common.clock.uptime_s(), self.readings
        air_c, humidity_pct = self._air_now(now_s) or (None, None)
        fields = {"air_temperature_c": air_c, "air_humidity_pct": humidity_pct}
        for number, probe in enumerate(readings.soil[:_PROBES], 1):
            wrong = probe_fault(now_s, self._common.settings, probe)
            fields[f"soil{number}_vwc_pct"] = None if wrong else probe.value
        return fields

    def _air_now(self, now_s: int) -> tuple | None:
        """(temperature in C, relative humidity in %), None when they are not known."""
        air = self.readings.air
        return air.value if air and air.fresh(now_s, self._common.settings) else None

    def _tell_faults(self, now_s: int) -> None:
        settings, faults, readings = self._common.settings, self._common.faults, self.readings
        for number, probe in enumerate(readings.soil[:_PROBES], 1):
            faults.set(f"soil{number}Fault", probe_fault(now_s, settings, probe) != "")
        faults.set("probesDisagree", soil(now_s, settings, readings)[1] == "probes disagree")
        faults.set("airSensorFault", self._air is not None and not self._air_now(now_s))
