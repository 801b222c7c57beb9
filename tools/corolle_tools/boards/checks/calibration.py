"""Figures of one part that must fit each other, and parts that must fit each other."""

from collections.abc import Iterator
from typing import Any

from corolle_tools.boards.definition import Definition
from corolle_tools.boards.finding import Finding

_INPUT_MV = 3300
_LAW = "arrete of 7 August 2017: misting is fed by the drinking network, never by a tank outdoors"


def calibration(board: Definition) -> Iterator[Finding]:
    """What each figure's own range cannot tell."""
    checks = {"ads1115": _soil, "tensiometer": _tension, "level_loop": _level, "ntc": _divider}
    for part, entry in board.fitted.items():
        if entry["driver"] in checks and _whole(board, part, entry):
            yield from checks[entry["driver"]](f"fitted.{part}", entry)
        if part in ("mist_valve", "purge_valve") and entry.get("supply") == "tank":
            where = f'fitted.{part}.supply = "tank"'
            yield Finding(where, "would let people breathe tank water", _LAW, 'Right would be "mains"')
    dimmer, relay = board.fitted.get("dimmer"), board.fitted.get("relay")
    if dimmer and relay and dimmer["driver"] == "dali":
        why = "a gear switches itself off, and hears nothing without its supply"
        yield Finding(
            "fitted.relay", "stands in a DALI gear's supply", why, "Strike fitted.relay, or use 0-10 V"
        )


def _whole(board: Definition, part: str, entry: dict[str, Any]) -> bool:
    """Whether every figure is there and right by itself: else checks.entries has told."""
    keys = board.driver(part).keys
    return all(
        key in entry and keys[key].fault(entry[key]) is None
        for key, rule in keys.items()
        if not rule.optional
    )


def _soil(where: str, entry: dict[str, Any]) -> Iterator[Finding]:
    channels = entry["channels"]
    for key in ("dry_mv", "wet_mv", "wet_vwc_pct"):
        if len(entry[key]) != len(channels):
            what = f"has {len(entry[key])} values for {len(channels)} channels"
            yield Finding(
                f"{where}.{key}", what, "each probe is calibrated by itself", "Right would be one a channel"
            )
    for channel, dry_mv, wet_mv in zip(channels, entry["dry_mv"], entry["wet_mv"], strict=False):
        if dry_mv == wet_mv:
            what, why = (
                f"says {dry_mv} mV for dry and wet at AIN{channel}",
                "the line between them gives the water",
            )
            yield Finding(where, what, why, "Measure the probe in oven-dry and in saturated substrate")


def _tension(where: str, entry: dict[str, Any]) -> Iterator[Finding]:
    if not entry["mv_per_kpa"]:
        right = "Right would be what the sensor's datasheet gives, such as 25"
        yield Finding(
            f"{where}.mv_per_kpa = 0", "tells no tension", "every tension would be the same voltage", right
        )


def _level(where: str, entry: dict[str, Any]) -> Iterator[Finding]:
    if entry["empty_ma"] == entry["full_ma"]:
        why, right = "the line between them gives the level", "Right would be empty_ma = 4, full_ma = 20"
        yield Finding(f"{where}.full_ma = {entry['full_ma']}", "is empty_ma too", why, right)


def _divider(where: str, entry: dict[str, Any]) -> Iterator[Finding]:
    ratio = entry["pullup_ohm"] / entry["ntc_ohm"]
    if not 0.1 <= ratio <= 10:
        why = "far from its own resistance a thermistor gives nearly the same voltage at all temperatures"
        right = f"Right would be {entry['ntc_ohm'] // 10:_} to {entry['ntc_ohm'] * 10:_}"
        yield Finding(f"{where}.pullup_ohm = {entry['pullup_ohm']}", "is far from ntc_ohm", why, right)
