"""`corolle replay canopy`: a season of one canopy with its real firmware, next to an irrigation clock."""

import json
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.mist_settings import MIST_SETTINGS
from corolle.system.settings import Settings
from corolle_hil.replay.canopy import Grown, Season, replay_canopy
from corolle_hil.world.epw import EpwClimate
from corolle_hil.world.local_time import to_unix
from corolle_hil.world.place import ORIGIN_DEG

from corolle_tools.pictures import check_picture
from corolle_tools.replay import canopy_options as options
from corolle_tools.replay.endings import told_in_a_sentence
from corolle_tools.replay.post import UNTHRIFTY, stand_alone

Record = dict[str, Any]
_OUTPUTS = {"valve": "drip", "mist": "mist"}
_SUM = (
    "{days} day(s), {rain_mm} mm of rain: {litres} l in {doses} dose(s), a timer {timer_litres} l "
    "({timer_litres_a_day} l a day, what the driest day, {driest_day}, takes){saved}; "
    "{stress_hours} h of stress, the timer {timer_stress_hours} h; "
    "{mist_hours} h of mist, {cooling_kh} degree-hours of cooling"
)


def canopy(
    days: options.Days = 90,
    weather: options.WeatherFile = None,
    rain_mm_month: options.Rain = None,
    start: options.Start = options.SUMMER,
    seed: options.Seed = 1,
    crop: options.Crop = None,
    passers: options.Passers = Season.passers_h,
    setting: options.Setting = None,
    png: options.Png = None,
    as_json: options.AsJson = False,
) -> None:
    """Replay a season of one canopy, with its real firmware.

    It stands alone: its board has no radio, for no gateway would answer it. Its soil is FAO-56's bucket, in
    three parts, and in the beginning as moist as it is after a dose.

    Next to it an irrigation clock waters the same planter in the same weather from the same beginning: the
    same litres every morning, as many as the driest of these days takes, come again and again. Hours of
    stress are those in which any part of the root zone is too dry to give the plants all they would take
    there.
    """
    with told_in_a_sentence("canopy"):
        if png:
            check_picture(png)
        settings = _settings(setting or [])
        climate = _climate(weather, rain_mm_month)
        place_deg = climate.place_deg if climate else ORIGIN_DEG
        thresholds = _thresholds(settings)
        begin_vwc = thresholds["stop_vwc_pct"] / 100  # as after a dose
        what = Season(days, seed, round(to_unix(start)), place_deg, climate, crop, passers, begin_vwc)
        asked: Record = {"weather": str(weather) if weather else None, "rain_mm_month": rain_mm_month}
        asked |= {"crop": crop, "settings": settings} | thresholds
        _replay(what, asked, start, _json_line if as_json else _sentence, png)


def _settings(pairs: list[str]) -> dict[str, int]:
    """Raises ValueError for what the firmware would not take."""
    legal = Settings(CANOPY_SETTINGS, MIST_SETTINGS)
    wanted = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if not value.lstrip("-").isdecimal():
            raise ValueError(f"--set {pair}: NAME=VALUE, VALUE a whole number")
        legal.set(name, int(value))
        wanted[name] = int(value)
    return wanted


def _thresholds(settings: dict[str, int]) -> Record:
    """Between which water contents the firmware keeps the soil."""
    all_of_them = Settings(CANOPY_SETTINGS, MIST_SETTINGS)
    all_of_them.take(settings)
    start_pct = all_of_them["start_vwc_pct"]
    return {"start_vwc_pct": start_pct, "stop_vwc_pct": start_pct + all_of_them["band_vwc_pct"]}


def _climate(weather: Path | None, rain_mm_month: float | None) -> EpwClimate | None:
    """Raises ValueError where nothing says how much it rains."""
    if weather is None:
        if rain_mm_month is not None:
            raise ValueError("--rain-mm-month is for a --weather file; the days without one have rain")
        return None
    climate = EpwClimate(weather, rain_mm_month)
    if climate.problems:
        print(f"{len(climate.problems)} lines left out, first: {climate.problems[0]}", file=sys.stderr)
    if rain_mm_month is None:
        _judge_rain(weather, climate)
    return climate


def _judge_rain(weather: Path, climate: EpwClimate) -> None:
    column, way_out = "column 34 (liquid precipitation depth)", "--rain-mm-month MM says how much it rains"
    if not climate.knows_rain:
        raise ValueError(f"{weather}: {column} is missing in each line, as in many typical years: {way_out}")
    if not climate.has_rain:
        print(
            f"{weather} has no rain: {column} is 0 in each line. Here it never rains; {way_out}",
            file=sys.stderr,
        )
    elif climate.dry_hours:
        print(f"{weather}: {climate.dry_hours} hours lack {column}, and are taken as dry", file=sys.stderr)


def _replay(
    what: Season, asked: Record, start: datetime, tell: Callable[[Record], None], png: Path | None
) -> None:
    equipment = stand_alone("canopy", 1, what.place_deg, {"settings": asked["settings"]}, UNTHRIFTY)
    with tempfile.TemporaryDirectory(prefix="corolle-replay-") as folder:
        grown = replay_canopy(what, equipment, Path(folder), tell, png is not None)
    summary = _summary(what, grown, start) | asked
    if png and grown.page:
        from corolle_tools.replay.canopy_picture import save_season  # matplotlib takes a second

        save_season(png, grown.page, summary)
    tell(summary)


def _summary(what: Season, grown: Grown, start: datetime) -> Record:
    driest = start + timedelta(days=grown.tally.driest_day)
    return {
        "type": "summary",
        **grown.tally.figures(),
        "driest_day": f"{driest:%Y-%m-%d}",
        "start": f"{start:%Y-%m-%d}",
        "lat_deg": what.place_deg[0],
        "lon_deg": what.place_deg[1],
        "seed": what.seed,
    }


def _json_line(record: Record) -> None:
    print(json.dumps(record, ensure_ascii=False))


def _sentence(record: Record) -> None:
    """Decisions and the sum are for people, and a traceback; the rest is for --json."""
    if record["type"] == "decision" and record["output"] in _OUTPUTS:
        moment = f"{record['time'][:10]} {record['time'][11:19]}"
        state = "on " if record["value"] else "off"
        print(f"{moment}  {_OUTPUTS[record['output']]} {state}  {record['reason']}")
    elif record["type"] == "console":
        print(record["text"], file=sys.stderr)
    elif record["type"] == "summary":
        saved = "" if record["saving"] is None else f", {record['saving']:.1%} saved"
        print(_SUM.format_map(record | {"saved": saved}))
        for reason, count in record["refusals"].items():
            print(f"refused {count} times: {reason}")
