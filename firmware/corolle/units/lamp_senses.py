"""What a lamp post feels besides people and power: daylight, heat, how it stands; and the clock in its box.

What fails is a fault and no more: the light goes on as if it had never been fitted.
"""

import struct

from corolle.system.clock import KEPT
from corolle.wire.compat import const

_UPRIGHT = const("upright")
_TILT_DEG = const(10)
_CLOCK_S = const(86400)


class Senses:
    """`lux`, `temperature`, `tilt` and `rtc` are units/sensor.py's Sensors, None for what is not fitted."""

    def __init__(self, common, lux, temperature, tilt, rtc):
        self._common = common
        self._lux = lux
        self._temperature = temperature
        self._tilt = tilt
        self._rtc = rtc
        self._impacts = 0
        self._rtc_due_s = 0
        record = common.store.load(_UPRIGHT)
        self._upright = struct.unpack("<3h", record) if record else None
        self.lux: float | None = None
        self.temperature_c: float | None = None
        self.tilt_deg: int | None = None

    @property
    def failing(self) -> bool:
        """Whether something that is fitted does not answer."""
        return any(
            sensor and sensor.failing for sensor in (self._lux, self._temperature, self._tilt, self._rtc)
        )

    async def take_clock(self) -> None:
        """At the boot: the time that outlived the power cut."""
        unix_s = await self._rtc.read() if self._rtc else None
        if unix_s is not None:
            self._common.clock.set(unix_s, quality=KEPT)

    async def read(self, light) -> None:
        """Feel once; what concerns the light goes into `light`, a control.light.Light."""
        if self._lux:
            self.lux = await self._lux.read()
            light.measured(self._common.clock.now(), self.lux)
        if self._temperature:
            self.temperature_c = light.temperature_c = await self._temperature.read()
        if self._tilt:
            await self._feel_tilt()
        if self._rtc and self._common.clock.uptime_s() >= self._rtc_due_s:
            await self._keep_clock()

    async def stand_upright(self) -> None:
        """Commissioning: the post stands now as it shall."""
        stands = await self._tilt.read() if self._tilt else None
        if stands:
            self._upright = tuple(round(value * 1000) for value in stands)
            self._common.save(_UPRIGHT, struct.pack("<3h", *self._upright))

    async def _feel_tilt(self) -> None:
        stands = await self._tilt.read()
        if stands is None:
            return
        chip, common = self._tilt.chip, self._common
        if self._upright:
            self.tilt_deg = round(chip.tilt_deg(self._upright))
            common.faults.set("tilt", self.tilt_deg >= _TILT_DEG)
        if chip.impacts != self._impacts:
            self._impacts = chip.impacts
            common.log("impact", level="warn", count=self._impacts)
            common.reporter.event("impact", self._impacts)

    async def _keep_clock(self) -> None:
        """Once a day the network's time goes into the clock that outlives a power cut."""
        clock = self._common.clock
        if clock.quality <= KEPT or (await self._rtc.read() is None and self._rtc.failing):
            return
        try:
            self._rtc.chip.set(clock.now())
        except OSError as error:
            self._rtc.failed(error)
            return
        self._rtc_due_s = clock.uptime_s() + _CLOCK_S
