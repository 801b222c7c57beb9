"""`corolle replay lamp`: nights of one lamp post with its real firmware, as fast as they go."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corolle_hil.replay.lamp import Nights, Replayed, replay_lamp
from corolle_hil.replay.tally import Tally
from corolle_hil.world.counts import CountsFile, Rate, Steady
from corolle_hil.world.place import ORIGIN_DEG

from corolle_tools.pictures import check_picture
from corolle_tools.replay import options
from corolle_tools.replay.cores import live_all
from corolle_tools.replay.endings import told_in_a_sentence
from corolle_tools.replay.post import UNTHRIFTY, stand_alone

Record = dict[str, Any]
_SUM = (
    "{nights} night(s), {hours_on} h of light, {switches} changes of level; "
    "{passages} passages, {lit_in_time} of them lit in time; "
    "{energy_wh} Wh of {energy_full_wh} Wh at full light"
)
_SAVED = (
    "; {saving:.1%} saved (half power 23-06 h: {saving_half_night:.0%}, off 01-05 h: {saving_off_night:.0%})"
)


def lamp(
    nights: options.NightsCount = 1,
    flow: options.Flow = None,
    counts: options.Counts = None,
    base: options.Base = 10,
    hold: options.Hold = 60,
    lat: options.Latitude = ORIGIN_DEG[0],
    lon: options.Longitude = ORIGIN_DEG[1],
    start: options.Start = options.SUMMER,
    seed: options.Seed = 1,
    view: options.View = Nights.view_m,
    sensor_hold: options.SensorHold = Nights.sensor_hold_s,
    losses: options.Losses = Nights.losses_w,
    png: options.Png = None,
    png_night: options.PngNight = 0,
    as_json: options.AsJson = False,
) -> None:
    """Replay nights of one lamp post, with its real firmware.

    It stands alone: its board has no radio, for no gateway would answer it, and only the infrared one of its
    presence sensors. That sensor sees a strip of the way, and the luminaire's power goes with its level: so
    the saving can be held against (1 - base) exp(-flow * hold). --view 8 --sensor-hold 2.5 --losses 1.6 is a
    post as they are sold.

    Weeks are lived side by side, on all cores: each begins with the post mounted anew.

    Savings are against the same luminaire at full light whenever it is dark.
    """
    with told_in_a_sentence("lamp"):
        _check_range("--base", base, options.BASE_PCT)
        _check_range("--hold", hold, options.HOLD_S)
        _check_start(start)
        if png:
            check_picture(png)
            _check_night(png_night, nights)
        first_day_s = int(start.replace(tzinfo=UTC).timestamp())
        scene = view, sensor_hold, losses
        what = Nights(nights, _rate(flow, counts), seed, (lat, lon), first_day_s, *scene)
        asked: Record = {"base_pct": base, "hold_s": hold}
        asked |= {"counts": str(counts)} if counts else {"flow_per_h": _flow(flow)}
        tell = _json_line if as_json else _sentence
        _replay(what, asked, tell, png, png_night)


def _check_range(option: str, value: int, legal: tuple[int, int]) -> None:
    if not legal[0] <= value <= legal[1]:
        raise ValueError(f"{option} {value}: the firmware takes {legal[0]} to {legal[1]}")


def _check_start(start: datetime) -> None:
    if start.replace(tzinfo=UTC) < options.FIRST_START:
        first = f"{options.FIRST_START:%Y-%m-%d}"
        raise ValueError(f"--start {start:%Y-%m-%d}: a node takes a clock before {first} for wrong")


def _check_night(night: int, nights: int) -> None:
    """Say before the nights are lived that this one is none of them."""
    if night > nights:
        raise ValueError(f"--png-night {night}: there is {nights} night" + "s" * (nights > 1))


def _flow(flow: float | None) -> float:
    return options.FLOW_PER_H if flow is None else flow


def _rate(flow: float | None, counts: Path | None) -> Rate:
    if counts is None:
        return Steady(_flow(flow))
    if flow is not None:
        raise ValueError("--flow and --counts both say how many pass: give one of them")
    return CountsFile(counts)


@dataclass(frozen=True)
class _Week:
    """A part of the nights; `picture` is the number of one of them, 0 for the busiest, None for none."""

    what: Nights
    settings: dict[str, int]
    picture: int | None


def _replay(
    what: Nights, asked: Record, tell: Callable[[Record], None], png: Path | None, night: int
) -> None:
    settings = {name: asked[name] for name in ("base_pct", "hold_s")}
    weeks = list(_weeks(what, settings, night if png else None))
    tally, pages = Tally(), []
    for replayed in live_all(_live, weeks, "weeks"):
        for record in replayed.records:
            tell(record)
        tally += replayed.tally
        pages += [replayed.page] if replayed.page else []
    summary = _summary(what, tally) | asked
    if png:
        from corolle_tools.replay.picture import save_night  # matplotlib takes a second: only who asks waits

        save_night(png, max(pages, key=lambda page: len(page.passages)), summary)
    tell(summary)


def _weeks(what: Nights, settings: dict[str, int], night: int | None) -> Iterable[_Week]:
    for week in what.weeks():
        here = night is not None and night <= week.nights
        yield _Week(week, settings, night if here else None)
        night = night and (night - week.nights if night > week.nights else None)


def _live(week: _Week) -> Replayed:
    post = stand_alone("lamp", 1, week.what.place_deg, {"settings": week.settings}, UNTHRIFTY)
    with tempfile.TemporaryDirectory(prefix="corolle-replay-") as folder:
        return replay_lamp(week.what, post, Path(folder), week.picture)


def _summary(what: Nights, tally: Tally) -> Record:
    return {
        "type": "summary",
        "nights": what.nights,
        **tally.figures(),
        "view_m": what.view_m,
        "sensor_hold_s": what.sensor_hold_s,
        "losses_w": what.losses_w,
        "lat_deg": what.place_deg[0],
        "lon_deg": what.place_deg[1],
        "seed": what.seed,
    }


def _json_line(record: Record) -> None:
    print(json.dumps(record, ensure_ascii=False))


def _sentence(record: Record) -> None:
    """Decisions and the sum are for people, and a traceback; the rest is for --json."""
    if record["type"] == "decision":
        moment = f"{record['time'][:10]} {record['time'][11:19]}"
        print(f"{moment}  light {record['value']:3d} %  {record['reason']}")
    elif record["type"] == "console":
        print(record["text"], file=sys.stderr)
    elif record["type"] == "summary":
        told = _SUM if record["saving"] is None else _SUM + _SAVED
        print(told.format_map(record))
