"""A walk along a street as a picture: posts along x, time along y, light as colour, and the walker's line."""

from itertools import pairwise
from pathlib import Path
from typing import Any

from corolle_hil.replay.wave import Walk, Walked
from matplotlib.figure import Figure

_LOOK_S = 0.5  # between two looks at the levels
_DPI = 150
_EDGE_M = 13.5  # a post's light, where no other one bounds it


def save_walk(path: Path, what: Walk, walked: Walked, summary: dict[str, Any]) -> None:
    """Draw a walk; the suffix says as what: .png, .svg or .pdf. Raises OSError when it cannot be written."""
    figure = Figure(figsize=(11, 8), layout="constrained")
    axes = figure.subplots()
    moments = [look * _LOOK_S for look in range(len(walked.levels) + 1)]
    levels_pct = [[100 * level for level in levels] for levels in walked.levels]
    light = axes.pcolormesh(_edges(walked.at_m), moments, levels_pct, cmap="inferno", vmin=0, vmax=100)
    way_m = [walked.begin_m, walked.at_m[-1] + _EDGE_M]
    arrives_s = (way_m[1] - way_m[0]) / what.speed_m_s
    axes.plot(way_m, [0, arrives_s], color="#56B4E9", linewidth=1.5, label=f"{what.speed_m_s:g} m/s")
    axes.plot(walked.at_m, [0] * len(walked.at_m), "v", color="black", clip_on=False, label="post")
    axes.invert_yaxis()
    axes.set_xlabel("along the street, m")
    axes.set_ylabel("time, s")
    axes.legend(loc="lower left")
    figure.colorbar(light, label="light, % of full")
    figure.suptitle(_title(what, summary))
    figure.savefig(path, dpi=_DPI)


def _edges(at_m: list[float]) -> list[float]:
    """Where one post's light ends and the next one's begins."""
    between = [(left + right) / 2 for left, right in pairwise(at_m)]
    return [at_m[0] - _EDGE_M, *between, at_m[-1] + _EDGE_M]


def _title(what: Walk, summary: dict[str, Any]) -> str:
    hop_ms = summary["hop_ms"]
    return (
        f"{what.lamps} posts tell each other of somebody at {what.speed_m_s:g} m/s, {what.loss:.0%} of"
        f" adverts lost\n{summary['in_time']} of {summary['posts']} at full light 10 m ahead; "
        f"a hop takes {hop_ms['median']:g} ms, 99 % less than {hop_ms['p99']:g} ms"
    )
