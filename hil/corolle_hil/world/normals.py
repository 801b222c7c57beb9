"""The climate of Toulouse in monthly means."""

from dataclasses import astuple, dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Normals:
    """What a day of the year is like on average."""

    low_c: float
    high_c: float
    humidity_pct: float
    rain_mm_month: float
    rain_days_month: float
    sunshine_h_month: float
    wind_m_s: float


# Toulouse-Blagnac, after the normals 1991-2020 that Meteo-France publishes (low, high, rain, days of at least
# 1 mm, sunshine; humidity 1961-1990), rounded to 0.5 C, 5 mm, whole days and 5 h; wind as the long-term mean.
TOULOUSE = (
    Normals(3.0, 10.0, 87, 50, 9, 95, 3.5),
    Normals(3.0, 11.5, 82, 40, 8, 120, 3.7),
    Normals(5.0, 15.5, 76, 45, 8, 180, 3.8),
    Normals(7.5, 18.0, 75, 65, 9, 195, 3.8),
    Normals(11.0, 22.0, 75, 75, 9, 225, 3.5),
    Normals(15.0, 26.0, 71, 60, 7, 240, 3.3),
    Normals(17.0, 28.5, 67, 40, 5, 265, 3.3),
    Normals(17.0, 28.5, 69, 45, 6, 255, 3.2),
    Normals(13.5, 25.0, 73, 50, 7, 210, 3.2),
    Normals(10.5, 20.0, 81, 50, 8, 155, 3.3),
    Normals(6.0, 13.5, 86, 55, 9, 105, 3.4),
    Normals(3.5, 10.5, 88, 50, 9, 90, 3.4),
)


def of_day(table: tuple[Normals, ...], day: int) -> Normals:
    """Normals of a day (counted from 1970-01-01), between the middles of the months around it."""
    date = datetime.fromtimestamp(day * 86_400, UTC)
    position = date.month - 1 + (date.day - 15) / 30
    month = int(position // 1)
    share = position - month
    before, after = astuple(table[month % 12]), astuple(table[(month + 1) % 12])
    return Normals(*(a + (b - a) * share for a, b in zip(before, after, strict=True)))
