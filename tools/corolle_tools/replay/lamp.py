"""`corolle replay lamp`: nights of one lamp post with its real firmware, as fast as they go."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import typer
from corolle_hil.replay.lamp import Nights, replay_lamp
from corolle_hil.street import Equipment
from corolle_hil.world.counts import CountsFile, steady
from corolle_hil.world.place import ORIGIN_DEG
from rich.console import Console
from rich.progress import Progress

from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity
from corolle_tools.replay import options
from corolle_tools.street.plan import BOARDS, SITE

_DEV_EUI = "02c0ffee00000001"  # locally administered; always the same one, so that a replay never differs
# No gateway answers the radio, and the radar goes on seeing for seconds who has gone.
_LEFT_OFF = ("radio", "radar")
_PICTURES = (".png", ".svg", ".pdf")
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

    Savings are against the same luminaire at full light whenever it is dark.
    """
    try:
        _check_range("--base", base, options.BASE_PCT)
        _check_range("--hold", hold, options.HOLD_S)
        if png:
            _check_picture(png, png_night, nights)
        first_day_s = int(start.replace(tzinfo=UTC).timestamp())
        scene = view, sensor_hold, losses
        what = Nights(nights, _rate(flow, counts), seed, (lat, lon), first_day_s, *scene)
        asked: dict[str, Any] = {"base_pct": base, "hold_s": hold}
        asked |= {"counts": str(counts)} if counts else {"flow_per_h": _flow(flow)}
        tell = _json_line if as_json else _sentence
        _replay(what, asked, tell, png, png_night)
    except (ValueError, OSError) as error:
        print(f"corolle replay lamp: {error}", file=sys.stderr)
        raise typer.Exit(2) from None


def _check_range(option: str, value: int, legal: tuple[int, int]) -> None:
    if not legal[0] <= value <= legal[1]:
        raise ValueError(f"{option} {value}: the firmware takes {legal[0]} to {legal[1]}")


def _check_picture(png: Path, night: int, nights: int) -> None:
    """Say before the nights are lived what would spoil their picture."""
    if png.suffix not in _PICTURES:
        raise ValueError(f"{png}: a picture's name ends with {', '.join(_PICTURES)}")
    if not png.parent.is_dir():
        raise ValueError(f"{png}: no folder {png.parent}")
    if night > nights:
        raise ValueError(f"--png-night {night}: there is {nights} night" + "s" * (nights > 1))


def _flow(flow: float | None) -> float:
    return options.FLOW_PER_H if flow is None else flow


def _rate(flow: float | None, counts: Path | None) -> Callable[[float], float]:
    if counts is None:
        return steady(_flow(flow))
    if flow is not None:
        raise ValueError("--flow and --counts both say how many pass: give one of them")
    return CountsFile(counts)


def _replay(
    what: Nights, asked: dict[str, Any], tell: Callable[[dict[str, Any]], None], png: Path | None, night: int
) -> None:
    picture = None if png is None else night
    post = _lamp_post(what.place_deg, {name: asked[name] for name in ("base_pct", "hold_s")})
    with tempfile.TemporaryDirectory(prefix="corolle-replay-") as folder, _progress(what.nights) as progress:
        replayed = replay_lamp(what, post, Path(folder), tell, picture, progress)
    summary = replayed.summary | asked
    if png and replayed.page:
        from corolle_tools.replay.picture import save_night  # matplotlib takes a second: only who asks waits

        save_night(png, replayed.page, summary)
    tell(summary)


def _lamp_post(place_deg: tuple[float, float], settings: dict[str, int]) -> Equipment:
    """The lamp's own board and firmware, without what is left off, with these settings."""
    name = BOARDS["lamp"]
    board = board_definition(name)
    board["fitted"] = {part: entry for part, entry in board["fitted"].items() if part not in _LEFT_OFF}
    unit = replace(Identity.make("lamp-01", "lamp", SITE, *place_deg), dev_eui=_DEV_EUI)
    facts = {"/board.json": board, "/unit.json": unit.unit_json() | {"settings": settings}}
    files = {path: json.dumps(fact).encode() for path, fact in facts.items()}
    files["/boot.py"] = b""  # which only says how early to collect garbage
    return Equipment(board, lambda: node_files(name, unit) | files)


@contextmanager
def _progress(nights: int) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal; nothing where errors go elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda night: None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("nights", total=nights)
        yield lambda night: bar.update(task, completed=night)


def _json_line(record: dict[str, Any]) -> None:
    print(json.dumps(record, ensure_ascii=False))


def _sentence(record: dict[str, Any]) -> None:
    """Decisions and the sum are for people, and a traceback; the rest is for --json."""
    if record["type"] == "decision":
        moment = f"{record['time'][:10]} {record['time'][11:19]}"
        print(f"{moment}  light {record['value']:3d} %  {record['reason']}")
    elif record["type"] == "console":
        print(record["text"], file=sys.stderr)
    elif record["type"] == "summary":
        told = _SUM if record["saving"] is None else _SUM + _SAVED
        print(told.format_map(record))
