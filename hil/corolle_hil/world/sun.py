"""Where the sun stands: the daylight of the street.

The low-precision formulas of the Astronomical Almanac (page C5), good to 0.01 degrees from 1950 to 2050. The
firmware has its own sun; this one shares nothing with it, so that one can be held against the other.
"""

import math

_J2000_UNIX_S = 946_728_000  # 2000-01-01 12:00 UTC


def elevation_deg(unix_s: float, lat_deg: float, lon_deg: float) -> float:
    """Height of the sun's centre above the horizon, without refraction."""
    days = (unix_s - _J2000_UNIX_S) / 86_400
    longitude = math.radians(280.460 + 0.9856474 * days)
    anomaly = math.radians(357.528 + 0.9856003 * days)
    ecliptic = (
        longitude + math.radians(1.915) * math.sin(anomaly) + math.radians(0.020) * math.sin(2 * anomaly)
    )
    obliquity = math.radians(23.439 - 0.0000004 * days)
    declination = math.asin(math.sin(obliquity) * math.sin(ecliptic))
    right_ascension = math.atan2(math.cos(obliquity) * math.sin(ecliptic), math.cos(ecliptic))
    sidereal = math.radians(280.46062 + 360.98564737 * days + lon_deg)
    latitude = math.radians(lat_deg)
    sine = math.sin(latitude) * math.sin(declination)
    sine += math.cos(latitude) * math.cos(declination) * math.cos(sidereal - right_ascension)
    return math.degrees(math.asin(max(-1.0, min(1.0, sine))))


def clear_sky_w_m2(elevation: float) -> float:
    """Global radiation on level ground under a clear sky (Haurwitz 1945)."""
    sine = math.sin(math.radians(elevation))
    return 1098 * sine * math.exp(-0.057 / sine) if sine > 0 else 0.0
