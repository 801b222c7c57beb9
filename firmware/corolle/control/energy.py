"""What a canopy can afford with the battery and the sun it has: a level of shedding, and a day's energy.

0 everything; 1 reports are rarer; 2 no misting; 3 no irrigation. The guards are never shed.

The battery is LiFePO4, four cells: at rest 13.0 V are about 30 % of its charge, 12.8 V 20 %, 12.0 V 10 %. Its
voltage is flat in between and higher while it is charged, so it is smoothed over hours, and after a dark day
it counts for less.
"""

from corolle.wire.compat import const

_SMOOTH_S = const(10800)
_GAP_S = const(3600)  # samples further apart say nothing of what was between them
_DAY_S = const(86400)
_MJ_PER_MWH = const(3600)


class Energy:
    """Follows battery and panel. Energies are whole mWh: nothing is lost in sums, and a float would lose it.

    `level` is the level of shedding. `day_in_mwh`, `day_out_mwh` are of the last whole day, None before there
    was one: days are of the node's uptime, for they are to have 24 hours and one noon each.
    """

    def __init__(self, now_s: int):
        self.level = 0
        self.battery_mv = 0.0  # smoothed; 0 before the first sample
        self.day_in_mwh: int | None = None
        self.day_out_mwh: int | None = None
        self._day_until_s = now_s + _DAY_S
        self._at_s = now_s
        self._in_mj = 0
        self._out_mj = 0

    def update(
        self, now_s: int, settings, battery_mv: int, battery_mw: int, panel_mw: int | None = None
    ) -> None:
        """Take a sample, which stands for the time since the one before; power into the battery is positive.

        Without a meter at the panel, what goes into the battery is all that it gives.
        """
        passed_s = min(now_s - self._at_s, _GAP_S)
        self._at_s = now_s
        self._smooth(battery_mv, passed_s)
        given_mw = max(0, battery_mw) if panel_mw is None else max(0, panel_mw)
        self._in_mj += given_mw * passed_s
        self._out_mj += max(0, given_mw - battery_mw) * passed_s
        if now_s >= self._day_until_s:
            self._turn_day(now_s)
        self.level = self._shedding(settings)

    def _smooth(self, battery_mv: int, passed_s: int) -> None:
        if not self.battery_mv:
            self.battery_mv = float(battery_mv)
        self.battery_mv += (battery_mv - self.battery_mv) * passed_s / _SMOOTH_S

    def _turn_day(self, now_s: int) -> None:
        self.day_in_mwh, self._in_mj = divmod(self._in_mj, _MJ_PER_MWH)
        self.day_out_mwh, self._out_mj = divmod(self._out_mj, _MJ_PER_MWH)
        self._day_until_s = now_s + _DAY_S

    def _shedding(self, settings) -> int:
        """The worst level whose voltage is not reached; a level is left only a band above it."""
        dark = self.day_in_mwh is not None and self.day_in_mwh < settings["dark_wh"] * 1000
        counts_mv = self.battery_mv - (settings["dark_mv"] if dark else 0)
        for level in (3, 2, 1):
            band_mv = settings["shed_band_mv"] if self.level >= level else 0
            if counts_mv < settings[f"shed{level}_mv"] + band_mv:
                return level
        return 0


def report_min(settings, level: int) -> int:
    """Minutes between reports at a level of shedding."""
    return max(settings["report_min"], settings["report_low_min"]) if level else settings["report_min"]
