"""`corolle replay wave`: somebody walks along a row of lamps that tell each other."""

import json
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from corolle_hil.replay.wave import Walk, replay_wave
from corolle_hil.street import Equipment
from corolle_hil.world.place import Site

from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity
from corolle_tools.pictures import check_picture
from corolle_tools.replay import options
from corolle_tools.replay.endings import told_in_a_sentence
from corolle_tools.replay.post import UNTHRIFTY
from corolle_tools.street.plan import BOARDS, SITE

_BOARD = BOARDS["lamp"]
_LEFT_OFF = ("radio",)  # no gateway answers
_GROUP_KEY = "77617665" * 4  # of a street that lasts for a walk
_SUM = (
    "{in_time} of {posts} posts were at full light when somebody at {speed_m_s:g} m/s was 10 m away; "
    "a hop took {hop_ms[median]:g} ms, 99 % of them less than {hop_ms[p99]:g} ms"
)

Lamps = Annotated[int, typer.Option(min=2, max=200, help="Posts in a row, 25 to 30 m apart.")]
Speed = Annotated[float, typer.Option(min=0.5, max=30, metavar="M/S", help="Of who passes.")]
Loss = Annotated[float, typer.Option(min=0, max=0.95, help="Share of the adverts that is lost.")]


def wave(
    lamps: Lamps = Walk.lamps,
    speed: Speed = Walk.speed_m_s,
    loss: Loss = Walk.loss,
    seed: options.Seed = Walk.seed,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Save a picture of the walk.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Let somebody walk along a row of lamps, with their real firmware, that tell each other over Bluetooth.

    Adverts and scans have the intervals that they have on the chips, in a street that loses some of them. The
    posts learn from cyclists where they stand before anybody is judged. The first post is told by nobody, and
    does not count.
    """
    what = Walk(lamps, speed, loss, seed)
    with told_in_a_sentence("wave"):
        if png:
            check_picture(png)
        with tempfile.TemporaryDirectory(prefix="corolle-replay-") as folder:
            walked = replay_wave(what, _equip, Path(folder))
        summary: dict[str, Any] = {"type": "summary", **walked.figures()}
        summary |= {"lamps": lamps, "speed_m_s": speed, "loss": loss, "seed": seed}
        if png:
            from corolle_tools.replay.wave_picture import save_walk  # matplotlib takes a second

            save_walk(png, what, walked, summary)
    for fault in walked.faults:
        print(fault, file=sys.stderr)
    print(json.dumps(summary) if as_json else _SUM.format_map(summary))


def _equip(site: Site) -> Equipment:
    number = int(site.name.rsplit("-", 1)[1])
    made = Identity.make(site.name, "lamp", SITE, round(site.lat_deg, 6), round(site.lon_deg, 6))
    # Always the same, so that a replay never differs.
    fixed = {"dev_eui": f"02c0ffee{number:08x}", "app_key": f"{number:032x}", "group_key": _GROUP_KEY}
    files = partial(node_files, _BOARD, replace(made, **fixed), _LEFT_OFF)
    return Equipment(board_definition(_BOARD, _LEFT_OFF), lambda: files() | UNTHRIFTY)
