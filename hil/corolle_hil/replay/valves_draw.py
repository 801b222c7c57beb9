"""What one run is made of, drawn from its seed: settings, weather, soil, tank and length."""

from dataclasses import dataclass
from random import Random

from corolle_hil.world.climate import Weather

Settings = dict[str, int]

# Of each the run draws a whole number; wide enough that every bound is reached in some runs, for in an hour
# the defaults would not be.
_SETTINGS = {
    "start_vwc_pct": (20, 60),
    "dose_dl": (1, 60),
    "soak_min": (5, 10),
    "interval_min": (0, 10),
    "flat_h": (1, 12),
    "sample_min": (1, 4),
    "guard_on_s": (10, 300),
    "guard_dose_dl": (1, 60),
    "guard_hour_dl": (5, 100),
    "guard_day_dl": (5, 200),
    "guard_day_s": (60, 1200),
    "guard_noflow_s": (5, 60),
    "guard_runout_s": (1, 20),
    "guard_stray_s": (10, 120),
    "guard_mist_on_s": (5, 60),
    "guard_mist_dose_dl": (1, 10),
    "guard_mist_hour_dl": (2, 40),
    "guard_mist_day_dl": (2, 60),
    "guard_mist_day_s": (60, 1200),
    "guard_mist_noflow_s": (2, 20),
    "guard_purge_on_s": (10, 120),
    "guard_purge_dose_dl": (3, 30),
    "guard_purge_hour_dl": (4, 60),
    "guard_purge_day_dl": (4, 100),
    "guard_purge_day_s": (60, 600),
    "guard_purge_noflow_s": (2, 20),
    "mist_on_s": (5, 60),
    "mist_off_s": (5, 60),
    "mist_hold_s": (30, 300),
    "mist_hour_dl": (5, 100),
    "mist_wind_dm_s": (30, 100),
    "purge_dl": (1, 6),
    "purge_wait_min": (1, 20),
    "warm_stop": (0, 1),
    "report_min": (1, 15),
}
_ALL_DAY = {"mist_from_min": 0, "mist_until_min": 0}
_TANK_L = 540.0


@dataclass(frozen=True)
class Plan:
    """A run before anything happens.

    Attributes:
        length_s: of virtual time.
        weather: the same for all of it.
        hour: solar time at which it begins.
        lacking_l: what the tank lacks of being full.
        mist_on_tank: a board that no canopy may be: its mist valve hangs on the tank.
        visits_h: people who come in an hour.
    """

    length_s: int
    settings: Settings
    weather: Weather
    hour: float
    vwc: float
    lacking_l: float
    mist_on_tank: bool
    visits_h: float

    @classmethod
    def draw(cls, rng: Random) -> "Plan":
        """One of all that may be, most of them dry and hot: there the valves have work."""
        hot = rng.random() < 0.85
        weather = Weather(
            temperature_c=rng.uniform(29, 39) if hot else rng.uniform(-5, 30),
            humidity_pct=rng.uniform(15, 45) if hot else rng.uniform(15, 100),
            wind_m_s=rng.uniform(0, 2.5) if hot else rng.uniform(0, 12),
            rain_mm_h=0.0 if hot else rng.choice((0.0, 4.0)),
            radiation_w_m2=rng.uniform(200, 900),
        )
        return cls(
            length_s=rng.randint(20, 45) * 60,
            settings={name: rng.randint(*span) for name, span in _SETTINGS.items()} | _ALL_DAY,
            weather=weather,
            hour=rng.uniform(6, 20),
            vwc=rng.uniform(0.05, 0.35),
            lacking_l=rng.choice((0.0, 0.0, _TANK_L - rng.uniform(1, 40))),
            mist_on_tank=rng.random() < 0.03,
            visits_h=rng.choice((0.0, 10.0, 20.0, 40.0)),
        )
