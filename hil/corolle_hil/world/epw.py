"""EnergyPlus weather files (EPW): typical years as thousands of stations publish them.

Format: EnergyPlus Auxiliary Programs, "EPW Data Dictionary": eight header lines, then
one line an hour, in local standard time; hour 1 is the one that ends at 01:00. A typical year stitches months
of different years together, so only month, day and hour are read.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from corolle_hil.world.climate import Weather, between
from corolle_hil.world.rainfall import Key, spread

_HEADER_LINES = 8
# name: (column from 0, lowest, highest, the value that stands for "missing").
_COLUMNS = {
    "dry bulb temperature": (6, -70.0, 70.0, 99.9),
    "relative humidity": (8, 0.0, 110.0, 999.0),
    "global horizontal radiation": (13, 0.0, 1500.0, 9999.0),
    "wind speed": (21, 0.0, 40.0, 999.0),
}
_LOCATION = {
    "latitude": (6, -90.0, 90.0, None),
    "longitude": (7, -180.0, 180.0, None),
    "time zone": (8, -12.0, 14.0, None),
}
_RAIN = (33, 0.0, 200.0, 999.0)
_RAIN_NAME = "liquid precipitation depth"
_MOST_BAD_SHARE = 0.1


class WeatherFileError(ValueError):
    """The file cannot serve as weather; the message names file, line and column."""


class EpwClimate:
    """Weather by Unix time out of an EPW file; any year asks for the file's typical year.

    `problems` lists the lines that were left out, each with line and column. Gaps are bridged between their
    neighbours. Rain is often absent in such files, or 0 all year: then `has_rain` is False, and `dry_hours`
    counts those that say nothing of rain and are taken as dry. `place_deg` is the station's latitude and
    longitude.

    Args:
        rain_mm_month: what falls in each month, whatever the file has; rainfall.py says when.

    Raises:
        WeatherFileError: no EPW file, or more than a tenth of its lines bad.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path, rain_mm_month: float | None = None):
        self.problems: list[str] = []
        self.has_rain = False
        self.dry_hours = 0
        self._path = path
        lines = path.read_text(encoding="latin-1").splitlines()
        location = self._read_location(lines)
        self.place_deg = location["latitude"], location["longitude"]
        self._zone = timedelta(hours=location["time zone"])
        self._hours: dict[Key, Weather] = {}  # by the hour that begins (0 to 23), local standard time
        self._read(lines)
        self._check(len(lines) - _HEADER_LINES)
        if rain_mm_month is not None:
            self._hours = spread(self._hours, rain_mm_month)

    @property
    def knows_rain(self) -> bool:
        """Whether it says of any hour how much it rained, be it nothing."""
        return self.dry_hours < len(self._hours)

    def __call__(self, unix_s: float) -> Weather:
        """Weather at a moment. Raises WeatherFileError when the file does not cover it."""
        moment = datetime.fromtimestamp(unix_s, UTC) + self._zone
        # An hour's values are means, so they belong to its middle.
        middle = moment - timedelta(minutes=30)
        share = (middle.minute * 60 + middle.second + middle.microsecond / 1e6) / 3600
        before, after = self._near(middle, -1), self._near(middle + timedelta(hours=1), 1)
        raining = self._near(moment, -1)
        mixed = between(before, after, share)
        return Weather(
            mixed.temperature_c, mixed.humidity_pct, mixed.wind_m_s, raining.rain_mm_h, mixed.radiation_w_m2
        )

    def _near(self, moment: datetime, step: int) -> Weather:
        """The hour's values, or those of the next hour that has some, up to a day away."""
        for distance in range(24):
            hour = self._hour(moment + timedelta(hours=step * distance))
            if hour:
                return hour
        raise WeatherFileError(f"{self._path}: no weather near {moment:%m-%d %H:00} in this file")

    def _hour(self, moment: datetime) -> Weather | None:
        """29 February is 28 February in a typical year, which lacks it; a year that was measured has it."""
        leap = (moment.month, moment.day) == (2, 29)
        found = self._hours.get((moment.month, moment.day, moment.hour))
        return self._hours.get((2, 28, moment.hour)) if leap and found is None else found

    def _read_location(self, lines: list[str]) -> dict[str, float]:
        if not lines or not lines[0].upper().startswith("LOCATION,"):
            raise WeatherFileError(
                f"{self._path}:1: not an EPW file: the first line must begin with LOCATION"
            )
        fields = lines[0].split(",")
        if len(fields) < 9:
            raise WeatherFileError(f"{self._path}:1: LOCATION has {len(fields)} fields, 10 expected")
        return {name: self._number(1, name, fields, column) for name, column in _LOCATION.items()}

    def _read(self, lines: list[str]) -> None:
        for number, line in enumerate(lines[_HEADER_LINES:], _HEADER_LINES + 1):
            if not line.strip():
                continue
            try:
                key, hour = self._parse(number, line.split(","))
            except WeatherFileError as error:
                self.problems.append(str(error))
            else:
                self._hours[key] = hour

    def _parse(self, number: int, fields: list[str]) -> tuple[Key, Weather]:
        key = self._parse_key(number, fields)
        temperature_c, humidity_pct, radiation_w_m2, wind_m_s = (
            self._number(number, name, fields, column) for name, column in _COLUMNS.items()
        )
        rain_mm_h = self._parse_rain(number, fields)
        return key, Weather(temperature_c, min(humidity_pct, 100.0), wind_m_s, rain_mm_h, radiation_w_m2)

    def _parse_key(self, number: int, fields: list[str]) -> Key:
        month = self._number(number, "month", fields, (1, 1, 12, None))
        day = self._number(number, "day", fields, (2, 1, 31, None))
        hour = self._number(number, "hour", fields, (3, 1, 24, None))
        return int(month), int(day), int(hour) - 1

    def _parse_rain(self, number: int, fields: list[str]) -> float:
        if len(fields) <= _RAIN[0] or float_or_none(fields[_RAIN[0]]) in (None, _RAIN[3]):
            self.dry_hours += 1
            return 0.0
        rain_mm_h = self._number(number, _RAIN_NAME, fields, _RAIN)
        self.has_rain = self.has_rain or rain_mm_h > 0
        return rain_mm_h

    def _number(
        self, number: int, name: str, fields: list[str], column: tuple[int, float, float, float | None]
    ) -> float:
        index, low, high, missing = column
        where = f"{self._path}:{number}: column {index + 1} ({name})"
        if index >= len(fields):
            raise WeatherFileError(f"{where}: the line has {len(fields)} columns")
        value = float_or_none(fields[index])
        if value is None:
            raise WeatherFileError(f"{where}: {fields[index]!r} is not a number")
        if value == missing:
            raise WeatherFileError(f"{where}: {fields[index]} means missing")
        if not low <= value <= high:
            raise WeatherFileError(f"{where}: {fields[index]} is outside {low:g} to {high:g}")
        return value

    def _check(self, lines: int) -> None:
        if not self._hours:
            first = f"; first: {self.problems[0]}" if self.problems else ""
            raise WeatherFileError(f"{self._path}: no usable line of weather{first}")
        if len(self.problems) > _MOST_BAD_SHARE * lines:
            raise WeatherFileError(
                f"{self._path}: {len(self.problems)} of {lines} lines are bad; first: {self.problems[0]}"
            )


def write(path: Path, hours: dict[Key, Weather], place: str, lat_deg: float, lon_deg: float) -> None:
    """Write hours of local standard time (UTC+1) as an EPW file; columns that are not known stay missing."""
    header = [f"LOCATION,{place},-,FRA,corolle,999999,{lat_deg:.3f},{lon_deg:.3f},1.0,150.0"]
    header += ["DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0"]
    header += [
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
        "COMMENTS 1,generated from climate normals",
        "COMMENTS 2,",
    ]
    header += ["DATA PERIODS,1,1,Data,Sunday,1/1,12/31"]
    lines = [_line(key, weather) for key, weather in sorted(hours.items())]
    path.write_text("\n".join(header + lines) + "\n", encoding="ascii")


def _line(key: Key, weather: Weather) -> str:
    fields = ["2023", str(key[0]), str(key[1]), str(key[2] + 1), "60", "?9"] + ["9999"] * 29
    fields[6:10] = [f"{weather.temperature_c:.1f}", "99.9", f"{weather.humidity_pct:.0f}", "999999"]
    fields[13] = f"{weather.radiation_w_m2:.0f}"
    fields[20:22] = ["999", f"{weather.wind_m_s:.1f}"]
    fields[33:35] = [f"{weather.rain_mm_h:.1f}", "1.0"]
    return ",".join(fields)


def float_or_none(text: str) -> float | None:
    """A finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None
