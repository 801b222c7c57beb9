"""What a canopy knows of its soil and its air, from chips that may be lost and come back."""

from corolle.control.water import WaterReadings, probe_fault, soil
from corolle.wire.compat import const

_FRESH_S = const(5)  # whoever asks again so soon gets the same readings
_PROBES = const(3)  # the report has room for


class Garden:
    """The sensors are units/sensor.py's, None where not fitted; `probes` is how many the soil has."""

    def __init__(self, common, soil_sensor, probes: int, air_sensor):
        self._common = common
        self._soil = soil_sensor
        self._air = air_sensor
        self._humidity_pct = 0.0
        self._sampled_at_s = -_FRESH_S
        self.readings = WaterReadings(probes, air_sensor is not None)

    async def sample(self) -> None:
        """Read all sensors; one that fails leaves its last reading to grow old."""
        now_s = self._common.clock.uptime_s()
        if now_s - self._sampled_at_s < _FRESH_S:
            return
        self._sampled_at_s = now_s
        readings = self.readings
        vwc_pct = await self._soil.read() if self._soil else None
        if vwc_pct is not None:
            readings.vwc_pct[:] = vwc_pct
            readings.vwc_at_s[:] = [now_s] * len(vwc_pct)
        air = await self._air.read() if self._air else None
        if air is not None:
            readings.air_c, self._humidity_pct = air
            readings.air_at_s = now_s
        self._tell_faults(now_s)

    def values(self) -> dict:
        """The report's fields; None for what is not known."""
        now_s, readings = self._common.clock.uptime_s(), self.readings
        air = self._air_is_fresh(now_s)
        fields = {
            "air_temperature_c": readings.air_c if air else None,
            "air_humidity_pct": self._humidity_pct if air else None,
        }
        for probe in range(min(_PROBES, len(readings.vwc_pct))):
            wrong = probe_fault(now_s, self._common.settings, readings, probe)
            fields[f"soil{probe + 1}_vwc_pct"] = None if wrong else readings.vwc_pct[probe]
        return fields

    def _air_is_fresh(self, now_s: int) -> bool:
        at_s = self.readings.air_at_s
        return at_s is not None and now_s - at_s <= self._common.settings["stale_min"] * 60

    def _tell_faults(self, now_s: int) -> None:
        settings, faults, readings = self._common.settings, self._common.faults, self.readings
        for probe in range(min(_PROBES, len(readings.vwc_pct))):
            faults.set(f"soil{probe + 1}Fault", probe_fault(now_s, settings, readings, probe) != "")
        faults.set("probesDisagree", soil(now_s, settings, readings)[1] == "probes disagree")
        faults.set("airSensorFault", self._air is not None and not self._air_is_fresh(now_s))
