"""What a canopy remembers of its water and its mist between two decisions; moments are ends.

The decisions themselves (water.py, mist.py) are in memory only while they are made.
"""

from corolle.wire.compat import const

_IN_FIT_WEATHER = const("hot air|burst pause|nobody there")


class WaterMemory:
    """Of its drip line."""

    def __init__(self):
        self.open = False
        self.watering = False  # between the lower threshold and the upper one
        self.soak_until_s = 0
        self.rest_until_s = 0
        self.order_open = False
        self.order_until_s = 0
        self.order_author = ""
        self.rain_dmm = 0  # forecast
        self.rain_until_s = 0

    def order(self, open_it: bool, until_s: int, author: str) -> None:
        """An order: open or shut until then."""
        self.order_open, self.order_until_s, self.order_author = open_it, until_s, author

    def follow(self, now_s: int, settings, open_now: bool, reason: str) -> None:
        """Take note of what the valve does now, and why."""
        if self.open and not open_now:
            self.soak_until_s = now_s + settings["soak_min"] * 60
        if open_now and reason == "dry soil":
            self.watering = True
        if self.watering and reason == "moist soil":
            self.watering = False
            self.rest_until_s = now_s + settings["interval_min"] * 60
        self.open = open_now


class MistMemory:
    """Of its mist."""

    def __init__(self):
        self.open = False
        self.fit = False  # the weather was right when it was last looked at
        self.burst_until_s = 0
        self.pause_until_s = 0
        self.hour_l = 0.0  # what the guard's meter counted in the last hour
        self.day_l = 0.0  # and in the last day

    def follow(self, now_s: int, settings, open_now: bool, reason: str) -> None:
        """Take note of what the nozzles do now, and why."""
        if open_now and not self.open:
            self.burst_until_s = now_s + settings["mist_on_s"]
        elif self.open and not open_now:
            self.pause_until_s = now_s + settings["mist_off_s"]
        self.fit = reason in _IN_FIT_WEATHER.split("|")
        self.open = open_now
