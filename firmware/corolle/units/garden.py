"""What a canopy knows of its soil, air, water and people, from chips that may be lost and come back."""

from corolle.control.calendar import DAY_S, offset_s
from corolle.control.measured import Measured, Readings
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_FRESH_S = const(5)  # whoever asks again so soon gets the same readings
_PROBES = const(3)  # the report has room for
_SLOW = ("soil_temperature", "tank")  # of a mass that an hour hardly changes
_MISTED_C = const(20)  # in cooler air there is no mist, however it is set
_DECIDES = ("tension", "air", "tank")  # readings that decisions look at


class Garden:
    """`sensors` are units/sensor.py's by the name of their part; `probes` is how many the soil has.

    `wind`, `presence` and `leak` are drivers, None where not fitted. `measured` has what each sensor said.
    """

    def __init__(self, common, sensors: dict, probes: int, wind=None, presence=None, leak=None):
        self._common = common
        self.sensors = sensors
        self.wind = wind
        self.presence = presence
        self.leak = leak
        self._sampled_at_s = -_FRESH_S
        self.asked = ""  # the sensor that somebody waits for
        self.readings = readings = Readings(probes)
        self.measured = {name: Measured() for name in sensors if name != "soil"}
        for name in _DECIDES:
            setattr(readings, name, self.measured.get(name))
        if wind:
            readings.wind = Measured()

    async def sample(self, air_alone: bool = False) -> None:
        """Read all sensors, or what tells of the air and was asked for.

        One that fails leaves its last reading to grow old.
        """
        now_s = self._common.clock.uptime_s()
        if now_s - self._sampled_at_s < _FRESH_S:
            return
        self._sampled_at_s = now_s
        readings = self.readings
        for name, sensor in self.sensors.items():
            rests = name in _SLOW and not self._ages(self.measured[name], now_s)
            if (air_alone or rests) and name not in ("air", self.asked):
                continue
            if name == self.asked:
                self.asked = ""
            value = await sensor.read()
            if name == "soil" and value is not None:
                readings.update(now_s, value)
            elif value is not None:
                self.measured[name].update(now_s, value)
        air, wind = readings.air, readings.wind
        # Each turn of the cups wakes the node: in cool air nothing asks for the wind but the report.
        cool = air and air.value is not None and air.value[0] < _MISTED_C
        if self.wind and wind and (self._ages(wind, now_s) or not cool):
            wind.update(now_s, self.wind.wind_m_s())
        if not air_alone:
            self._tell_faults(now_s)

    def _ages(self, measured, now_s: int) -> bool:
        """Whether a reading has lived half of the time for which it counts."""
        return measured.value is None or now_s - measured.at_s >= self._common.settings["stale_min"] * 30

    def look(self) -> None:
        """Who is there, whether it is wet where it must not be, what time it is: before each decision."""
        common, readings = self._common, self.readings
        if self.presence:
            here = self.presence.update()
            if here or readings.presence_s is None:
                readings.presence_s = common.clock.uptime_s() - (0 if here else DAY_S)
        readings.leak = bool(self.leak and self.leak.present)
        common.faults.set("leak", readings.leak)
        now_s, settings = common.clock.now_or_none(), common.settings
        if now_s is not None:
            now_s = (now_s + offset_s(now_s, settings["zone_min"], settings["summer_time"])) % DAY_S
        readings.local_s = now_s

    @property
    def present(self) -> bool:
        """Whether somebody is there, or nobody can tell."""
        return not self.presence or self.presence.present

    def value(self, name: str):
        """The last reading of a sensor; None when it is not fitted, or what it said is too old."""
        measured = self.measured.get(name)
        if measured is None or not measured.fresh(self._common.clock.uptime_s(), self._common.settings):
            return None
        return measured.value

    def values(self) -> dict:
        """The report's fields; None for what is not known."""
        now_s, readings = self._common.clock.uptime_s(), self.readings
        air_c, humidity_pct = self.value("air") or (None, None)
        fields = {
            "air_temperature_c": air_c,
            "air_humidity_pct": humidity_pct,
            "water_temperature_c": self.value("water_temperature"),
            "tank_pct": self.value("tank"),
        }
        with borrowed("corolle.control.soil") as soil:
            for number, probe in enumerate(readings.soil[:_PROBES], 1):
                wrong = soil.probe_fault(now_s, self._common.settings, probe)
                fields[f"soil{number}_vwc_pct"] = None if wrong else probe.value
        return fields

    def _tell_faults(self, now_s: int) -> None:
        settings, faults, readings = self._common.settings, self._common.faults, self.readings
        with borrowed("corolle.control.soil") as soil:
            wrong = [soil.probe_fault(now_s, settings, probe) != "" for probe in readings.soil[:_PROBES]]
            doubt = soil.soil(now_s, settings, readings)[1]
        for number, faulty in enumerate(wrong, 1):  # an event borrows its words: not both at a time
            faults.set(f"soil{number}Fault", faulty)
        faults.set("probesDisagree", doubt == "probes disagree")
        faults.set("airSensorFault", "air" in self.sensors and self.value("air") is None)
        others = (name for name in self.measured if name != "air")
        faults.set("sensorFault", any(self.sensors[name].failing for name in others))
        tank_pct = self.value("tank")
        faults.set("tankEmpty", tank_pct is not None and tank_pct < settings["tank_empty_pct"])
