"""What a canopy's sensors said last, and when, in seconds of a clock that only runs forward."""


class Measured:
    """One quantity. `value` is None when it was measured but cannot be so, as an open wire is."""

    def __init__(self):
        self.value = None
        self.at_s: int | None = None  # None: never measured
        self.since_s = 0  # when it came to be what it is, to the last digit
        self.watered_s = 0  # and when it first got water after that

    def update(self, now_s: int, value) -> None:
        """Take a reading."""
        if value != self.value or self.at_s is None:
            self.since_s = now_s
        self.value, self.at_s = value, now_s

    def fresh(self, now_s: int, settings) -> bool:
        """Whether it is young enough to count."""
        return self.at_s is not None and now_s - self.at_s <= settings["stale_min"] * 60


class Readings:
    """All that the decisions on water and mist look at. A sensor that is not fitted is None."""

    def __init__(self, probes: int):
        self.soil = [Measured() for _ in range(probes)]  # water by volume in %, one a probe
        self.tension: Measured | None = None  # of the soil's water, in kPa
        self.air: Measured | None = None  # (temperature in C, relative humidity in %)
        self.wind: Measured | None = None  # m/s
        self.tank: Measured | None = None  # fill in %, of the tank that the drip line hangs on
        self.presence_s: int | None = None  # when somebody was last seen; None: nobody looks
        self.leak = False
        self.shed = 0  # control.energy's level
        self.drought = 0  # level in force: 0 none, 1 vigilance, 2 alerte, 3 alerte renforcee, 4 crise
        self.local_s: int | None = None  # seconds since local midnight; None: the clock is unknown
        self.dose_l = 0.0  # water given since the drip valve was last opened
        self._seen_l = 0.0

    def update(self, now_s: int, vwc_pct: list) -> None:
        """Take what the soil's probes say, in their order."""
        watered, self._seen_l = self.dose_l != self._seen_l, self.dose_l
        for place, probe in enumerate(self.soil):
            probe.update(now_s, vwc_pct[place])
            if watered and probe.watered_s <= probe.since_s < now_s:
                probe.watered_s = now_s
