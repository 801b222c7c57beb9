"""Weather made from climate normals: plausible days, the same ones for the same seed."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from statistics import NormalDist

from corolle_hil.world import normals, sun
from corolle_hil.world.climate import Weather, dew_point_c, saturation_kpa

TOULOUSE_DEG = (43.604, 1.444)
# The two weeks that come with the street: their first midnights, both Mondays, in UTC.
WEEKS = {
    "summer": int(datetime(2026, 7, 13, tzinfo=UTC).timestamp()),
    "winter": int(datetime(2026, 1, 12, tzinfo=UTC).timestamp()),
}

_DAY_S = 86_400
_MEMORY_DAYS = 5  # weather of the days before shows for about as long
_PERSISTENCE = 0.65
_WARMEST_H = 15.0
_ANOMALY_C = 3.0  # standard deviation of a day's temperature
_DAYS_A_MONTH = 30.4


@dataclass(frozen=True, slots=True)
class _Day:
    """What was drawn for one day (UTC, which is within 6 minutes of solar time in Toulouse)."""

    low_c: float
    high_c: float
    sunrise_h: float
    dew_point_c: float
    wind_m_s: float
    brightness: tuple[float, ...]  # global radiation relative to a clear sky, by hour
    rain_mm_h: tuple[float, ...]


class ScenarioClimate:
    """Weather by Unix time, drawn day by day around the normals.

    Args:
        rng: gives the random stream of a name (`Scheduler.rng`). A day depends on its date alone, never on
            which days were asked for before.
    """

    def __init__(
        self,
        rng: Callable[[str], Random],
        table: tuple[normals.Normals, ...] = normals.TOULOUSE,
        place_deg: tuple[float, float] = TOULOUSE_DEG,
    ):
        self._rng = rng
        self._table = table
        self._lat_deg, self._lon_deg = place_deg
        self._days: dict[int, _Day] = {}

    def __call__(self, unix_s: float) -> Weather:
        """Weather at a moment."""
        number, second = divmod(unix_s, _DAY_S)
        day, hour = self._day(int(number)), second / 3600
        temperature_c = self._temperature_c(int(number), hour)
        humidity_pct = 100 * saturation_kpa(day.dew_point_c) / saturation_kpa(temperature_c)
        clear_w_m2 = sun.clear_sky_w_m2(sun.elevation_deg(unix_s, self._lat_deg, self._lon_deg))
        return Weather(
            temperature_c=temperature_c,
            humidity_pct=max(15.0, min(100.0, humidity_pct)),
            wind_m_s=day.wind_m_s * (1 - 0.3 * math.cos(math.tau * (hour - 3) / 24)),
            rain_mm_h=day.rain_mm_h[int(hour)],
            radiation_w_m2=clear_w_m2 * day.brightness[int(hour)],
        )

    def _temperature_c(self, number: int, hour: float) -> float:
        """Half cosines between each dawn's low and each afternoon's high."""
        day = self._day(number)
        if hour < day.sunrise_h:
            before = self._day(number - 1)
            return _ease(before.high_c, day.low_c, hour + 24 - _WARMEST_H, day.sunrise_h + 24 - _WARMEST_H)
        if hour < _WARMEST_H:
            return _ease(day.low_c, day.high_c, hour - day.sunrise_h, _WARMEST_H - day.sunrise_h)
        after = self._day(number + 1)
        return _ease(day.high_c, after.low_c, hour - _WARMEST_H, after.sunrise_h + 24 - _WARMEST_H)

    def _day(self, number: int) -> _Day:
        if number not in self._days:
            self._days[number] = self._draw(number)
        return self._days[number]

    def _draw(self, number: int) -> _Day:
        usual = normals.of_day(self._table, number)
        warmth, unrest = self._mood("warmth", number), self._mood("unrest", number)
        rng = self._rng(f"weather {number}")
        half_day_h = self._half_day_h(number)
        usual_sun = usual.sunshine_h_month / _DAYS_A_MONTH / (2 * half_day_h)
        sunshine = max(0.02, min(0.98, usual_sun - 0.28 * unrest))
        mean_c = (usual.low_c + usual.high_c) / 2
        low_c = usual.low_c + _ANOMALY_C * warmth - 2 * (sunshine - usual_sun)
        high_c = usual.high_c + _ANOMALY_C * warmth + 4 * (sunshine - usual_sun)
        return _Day(
            low_c=low_c,
            high_c=max(high_c, low_c + 1),
            sunrise_h=12 - half_day_h,
            dew_point_c=dew_point_c(mean_c, usual.humidity_pct) + 2 * warmth + 1.5 * unrest,
            wind_m_s=usual.wind_m_s * rng.lognormvariate(-0.08, 0.4),
            brightness=_brightness(rng, sunshine),
            rain_mm_h=_rain(rng, usual, unrest),
        )

    def _mood(self, name: str, number: int) -> float:
        """A standard normal draw that resembles those of the days before it."""
        weights = [_PERSISTENCE**age for age in range(_MEMORY_DAYS)]
        draws = [self._rng(f"{name} {number - age}").gauss(0, 1) for age in range(_MEMORY_DAYS)]
        return sum(map(float.__mul__, weights, draws)) / math.hypot(*weights)

    def _half_day_h(self, number: int) -> float:
        """From sunrise to noon: the sun's declination at noon is what its height says."""
        noon_deg = sun.elevation_deg(number * _DAY_S + _DAY_S // 2, self._lat_deg, self._lon_deg)
        declination = math.radians(noon_deg - 90 + self._lat_deg)
        cosine = -math.tan(math.radians(self._lat_deg)) * math.tan(declination)
        return math.degrees(math.acos(max(-0.99, min(0.99, cosine)))) / 15


def hours(climate: Callable[[float], Weather], unix_s: int, days: int) -> dict[tuple[int, int, int], Weather]:
    """The weather of some days as the hours of a weather file: keyed by month, day and hour of UTC+1."""
    table = {}
    for number in range(days * 24):
        begin_s = unix_s + number * 3600
        moment = datetime.fromtimestamp(begin_s + 3600, UTC)
        table[moment.month, moment.day, moment.hour] = climate(begin_s + 1800)
    return table


def _ease(begin: float, end: float, passed: float, whole: float) -> float:
    return begin + (end - begin) * (1 - math.cos(math.pi * passed / whole)) / 2


def _brightness(rng: Random, sunshine: float) -> tuple[float, ...]:
    """Share of a clear sky's radiation, after Angstrom: 0.25 + 0.5 n/N of what a clear sky's 0.75 is."""
    mean = (0.25 + 0.5 * sunshine) / 0.75
    restless = 0.5 * sunshine * (1 - sunshine)
    return tuple(max(0.1, min(1.0, rng.gauss(mean, restless))) for _ in range(24))


def _rain(rng: Random, usual: normals.Normals, unrest: float) -> tuple[float, ...]:
    """Rain by hour: on the most unsettled days, as many as a month has with at least 1 mm, one shower."""
    wet_share = usual.rain_days_month / _DAYS_A_MONTH
    amount_mm = 1 + rng.expovariate(1 / (usual.rain_mm_month / usual.rain_days_month - 1))
    is_summer = usual.high_c > 24
    begin = rng.randrange(14, 20) if is_summer else rng.randrange(0, 20)
    length = rng.randrange(1, 4) if is_summer else rng.randrange(3, 9)
    if unrest < NormalDist().inv_cdf(1 - wet_share):
        return (0.0,) * 24
    end = min(24, begin + length)
    return tuple(amount_mm / (end - begin) if begin <= hour < end else 0.0 for hour in range(24))
