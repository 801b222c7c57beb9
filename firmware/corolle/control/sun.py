"""Where the sun is: NOAA's algorithm (after Meeus, Astronomical Algorithms, chapters 25 and 28).

An ESP32 has floats of 24 bits, in which days since 2000 are only good to a minute and a half. So the angles
are reduced by integers first, and only what is left of a turn becomes a float.
"""

from math import acos, asin, atan2, cos, pi, radians, sin, sqrt, tan

from corolle.wire.compat import const

_DAY_S = const(86400)
_J2000_S = const(946728000)  # 2000-01-01 12:00 UTC
_RISE_DEG = const(-0.833)  # refraction and half the sun's disc
_TURN_NDEG = const(360_000_000_000)  # a turn in billionths of a degree


def _angle(start_ndeg: int, day_ndeg: int, since_s: int) -> float:
    """An angle that grows evenly, in radians within one turn."""
    return radians((start_ndeg + day_ndeg * since_s // _DAY_S) % _TURN_NDEG // 1000 / 1_000_000)


def _position(unix_s: int) -> tuple:
    """(declination in radians, equation of time in seconds)."""
    since_s = unix_s - _J2000_S
    longitude = _angle(280_466_460_000, 985_647_360, since_s)
    anomaly = _angle(357_529_110_000, 985_600_281, since_s)
    node = _angle(125_040_000_000, -52_953_758, since_s)
    centuries = since_s / (36525 * _DAY_S)
    centre = (
        (1.914602 - 0.004817 * centuries) * sin(anomaly)
        + 0.019993 * sin(2 * anomaly)
        + 0.000289 * sin(3 * anomaly)
    )
    apparent = longitude + radians(centre - 0.00569 - 0.00478 * sin(node))
    tilt = radians(23.439291 - 0.013004 * centuries + 0.00256 * cos(node))
    declination = asin(sin(tilt) * sin(apparent))
    half = tan(tilt / 2)
    y = half * half
    eccentricity = 0.016709 - 0.000042 * centuries
    minus = (
        y * sin(2 * longitude)
        - 2 * eccentricity * sin(anomaly)
        + 4 * eccentricity * y * sin(anomaly) * cos(2 * longitude)
        - 0.5 * y * y * sin(4 * longitude)
        - 1.25 * eccentricity * eccentricity * sin(2 * anomaly)
    )
    return declination, minus * (_DAY_S / (2 * pi))


def elevation_deg(unix_s: int, lat_deg: float, lon_deg: float) -> float:
    """The sun's height above the horizon in degrees, without refraction."""
    declination, equation_s = _position(unix_s)
    hour_angle = (unix_s % _DAY_S + equation_s + lon_deg * 240) * (2 * pi / _DAY_S) - pi
    latitude = radians(lat_deg)
    up = sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hour_angle)
    # atan2 where asin would lose half its digits, near the zenith.
    return atan2(up, sqrt(max(0.0, 1 - up * up))) * (180 / pi)


def rise_and_set(unix_s: int, lat_deg: float, lon_deg: float) -> tuple:
    """(sunrise, sunset) as unix seconds, of the day from mean solar midnight on that holds `unix_s`.

    Where the sun does not rise, both are that day's noon; where it does not set, they are a day apart.
    """
    ahead_s = int(lon_deg * 240)
    noon_s = (unix_s + ahead_s) // _DAY_S * _DAY_S + _DAY_S // 2 - ahead_s
    return _crossing(noon_s, -1, lat_deg), _crossing(noon_s, 1, lat_deg)


def _crossing(noon_s: int, side: int, lat_deg: float) -> int:
    """When the sun crosses the horizon before (-1) or after (1) noon.

    Each pass takes the sun of the moment that the last one gave. A third is for the first and last days of a
    polar night or day, where the sun grazes the horizon: two are a minute wrong there, three two seconds.
    """
    at_s = noon_s
    for _ in range(3):
        declination, equation_s = _position(at_s)
        arc_s = _half_day_s(declination, radians(lat_deg))
        at_s = noon_s - round(equation_s) + side * arc_s
    return at_s


def _half_day_s(declination: float, latitude: float) -> int:
    """Half the time the sun is up."""
    above = sin(radians(_RISE_DEG)) - sin(latitude) * sin(declination)
    cosine = above / (cos(latitude) * cos(declination))
    return round(acos(max(-1.0, min(1.0, cosine))) * (_DAY_S / (2 * pi)))
