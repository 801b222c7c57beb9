"""What a canopy's battery and panel give, and what is left off when that is too little."""

from corolle.control.energy import Energy, report_min
from corolle.wire.compat import const

_LOW = const(2)  # the level of shedding that is told as a fault


class CanopyPower:
    """`battery` and `panel` are units/sensor.py's over an INA226; `panel` may be None.

    A battery that cannot be measured is taken as it was last: to shed for a broken meter would waste plants.
    """

    def __init__(self, common, battery, panel):
        self._common = common
        self.battery = battery
        self.panel = panel
        self.energy = Energy(common.clock.uptime_s())
        self.battery_v: float | None = None
        self.panel_w: float | None = None

    async def sample(self) -> int:
        """Measure; the level of shedding, 0 to 3. Current into the battery is positive."""
        common = self._common
        battery = await self.battery.read()
        panel = await self.panel.read() if self.panel else None
        self.battery_v = battery[0] if battery else None
        self.panel_w = max(0.0, panel[0] * panel[1]) if panel else None
        if battery:
            volt, ampere = battery
            panel_mw = None if self.panel_w is None else int(self.panel_w * 1000)
            now_s = common.clock.uptime_s()
            milliwatt = int(volt * ampere * 1000)
            self.energy.update(now_s, common.settings, int(volt * 1000), milliwatt, panel_mw)
        level = self.energy.level
        common.faults.set("batteryLow", level >= _LOW)
        common.reporter.least_min = report_min(common.settings, level) if level else 0
        return level
