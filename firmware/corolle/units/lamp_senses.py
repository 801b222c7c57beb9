"""What a lamp post feels besides people and power: daylight, heat, how it stands; and the clock in its box.

What fails is a fault and no more: the light goes on as if it had never been fitted.
"""

import struct

from corolle.system.clock import KEPT
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_UPRIGHT = const("upright")
_TILT_DEG = const(10)
_CLOCK_S = const(86400)


class Senses:
    """`lux`, `temperature` and `tilt` are units/sensor.py's Sensors, `rtc` what a DS3231 is made of.

    None for what is not fitted."""

    def __init__(self, common, lux, temperature, tilt, rtc):
        self._common = common
        self.lux_sensor = lux
        self.temperature_sensor = temperature
        self.tilt_sensor = tilt
        self.rtc = rtc
        self._impacts = 0
        self._rtc_due_s = 0
        self._rtc_failing = False
        record = common.store.load(_UPRIGHT)
        self._upright = struct.unpack("<3h", record) if record else None
        self.lux: float | None = None
        self.temperature_c: float | None = None
        self.tilt_deg: int | None = None

    @property
    def failing(self) -> bool:
        """Whether something that is fitted does not answer."""
        sensors = self.lux_sensor, self.temperature_sensor, self.tilt_sensor
        return self._rtc_failing or any(sensor and sensor.failing for sensor in sensors)

    def take_clock(self) -> None:
        """At the boot: the time that outlived the power cut."""
        if self.rtc:
            self._ask_clock(None)

    async def read(self, light) -> None:
        """Feel once; what concerns the light goes into `light`, a control.light.Light."""
        if self.lux_sensor:
            self.lux = await self.lux_sensor.read()
            light.measured(self._common.clock.now(), self.lux)
        if self.temperature_sensor:
            self.temperature_c = light.temperature_c = await self.temperature_sensor.read()
        if self.tilt_sensor:
            await self._feel_tilt()
        if self.rtc and self._common.clock.uptime_s() >= self._rtc_due_s:
            self._keep_clock()

    async def stand_upright(self) -> None:
        """Commissioning: the post stands now as it shall."""
        stands = await self.tilt_sensor.read() if self.tilt_sensor else None
        if stands:
            self._upright = tuple(round(value * 1000) for value in stands)
            self._common.save(_UPRIGHT, struct.pack("<3h", *self._upright))

    async def _feel_tilt(self) -> None:
        stands = await self.tilt_sensor.read()
        if stands is None:
            return
        chip, common = self.tilt_sensor.chip, self._common
        if self._upright:
            self.tilt_deg = round(chip.tilt_deg(self._upright, stands))
            common.faults.set("tilt", self.tilt_deg >= _TILT_DEG)
        if chip.impacts != self._impacts:
            self._impacts = chip.impacts
            common.log("impact", level="warn", count=self._impacts)
            common.reporter.event("impact", self._impacts)

    def _keep_clock(self) -> None:
        """Once a day the network's time goes into the clock that outlives a power cut."""
        clock = self._common.clock
        if clock.quality > KEPT and self._ask_clock(clock.now()):
            self._rtc_due_s = clock.uptime_s() + _CLOCK_S

    def _ask_clock(self, now_s: int | None) -> bool:
        """Set the clock chip, or take its time (None); False: it does not answer."""
        try:
            with borrowed("corolle.drivers.ds3231") as ds3231:
                chip = ds3231.DS3231(*self.rtc)
                if now_s is not None:
                    chip.set(now_s)
                elif (unix_s := chip.read()) is not None:
                    self._common.clock.set(unix_s, quality=KEPT)
        except OSError as error:
            self._rtc_failing = True
            self._common.log("sensor", level="warn", name="rtc", error=str(error))
            return False
        self._rtc_failing = False
        return True
