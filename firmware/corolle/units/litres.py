"""Water given in all and today, kept over power cuts."""

from corolle.control.calendar import DAY_S, offset_s

COUNTERS = ("water_cl", "today_cl", "today")  # hundredths of a litre; the day that `today_cl` belongs to


class Litres:
    """Counts what the meter counts, since installation and since local midnight."""

    def __init__(self, flow, common):
        self._flow = flow
        self._common = common
        self._pulses = flow.pulses
        self._rest_cl = 0.0

    @property
    def total_l(self) -> float:
        """Since installation."""
        return self._common.ledger["water_cl"] / 100

    @property
    def today_l(self) -> float:
        """Since midnight; while the clock is unknown, since the last midnight that was known."""
        return self._common.ledger["today_cl"] / 100

    def count(self) -> None:
        """Enter what has passed since the last call."""
        ledger, pulses = self._common.ledger, self._flow.pulses
        self._rest_cl += (pulses - self._pulses) * self._flow.litres_per_pulse * 100
        self._pulses = pulses
        new_cl = int(self._rest_cl + 0.001)
        self._rest_cl -= new_cl
        self._turn_day()
        ledger["water_cl"] += new_cl
        ledger["today_cl"] += new_cl

    def _turn_day(self) -> None:
        common = self._common
        now_s = common.clock.now_or_none()
        if now_s is None:
            return
        settings = common.settings
        day = (now_s + offset_s(now_s, settings["zone_min"], settings["summer_time"])) // DAY_S
        if day != common.ledger["today"]:
            common.ledger["today"], common.ledger["today_cl"] = day, 0
