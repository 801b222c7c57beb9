"""`corolle ble scan`: who is in range, and what it measures."""

import asyncio
import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from corolle_tools.ble import measured
from corolle_tools.ble.adverts import Listener, Sighting
from corolle_tools.ble.options import HCI, Adapter, Backend, Json, Keys, State, keyring, run, stack
from corolle_tools.ble.radio import Radio

_REDRAWN_HZ = 4
_HEADS = "unit", "kind", "dBm", "battery", "firmware", "readings"
_NUMBERS = "dBm", "battery"
_Seconds = Annotated[float, typer.Option(min=0.1, help="Listen for so long.")]
_STALE_S = 30.0  # a unit adverts once a second


def scan(
    keys: Keys = None,
    state: State = None,
    seconds: _Seconds = 10.0,
    as_json: Json = False,
    adapter: Adapter = HCI,
    backend: Backend = None,
) -> None:
    """List the units in range, loudest first; with their keys, what they measure.

    A unit's readings take turns in its adverts, ten seconds each: listen longer to see all of them.
    """
    run(_scan(keys, state, seconds, as_json, adapter, backend))


async def _scan(
    keys: Path | None, state: Path | None, seconds: float, as_json: bool, adapter: str, backend: str | None
) -> None:
    listener = Listener(keyring(keys, state))
    radio = Radio(*stack(state, adapter, backend))
    if not as_json:
        await _shown(radio, listener, seconds)
        return
    await _heard(radio, listener, seconds)
    for sighting in _loudest_first(listener):
        print(json.dumps(_record(sighting)))


async def _heard(radio: Radio, listener: Listener, seconds: float) -> None:
    async with radio.scanning(listener):
        await asyncio.sleep(seconds)


async def _shown(radio: Radio, listener: Listener, seconds: float) -> None:
    """A table that lives where there is a terminal, and is printed once where there is none."""
    console = Console()
    end_s = time.monotonic() + seconds
    with Live(console=console, auto_refresh=False, transient=False) as live:
        async with radio.scanning(listener):
            while (left_s := end_s - time.monotonic()) > 0:
                if console.is_terminal:
                    live.update(table(listener, left_s), refresh=True)
                await asyncio.sleep(min(left_s, 1 / _REDRAWN_HZ))
        live.update(table(listener, 0), refresh=True)


def table(listener: Listener, left_s: float) -> RenderableType:
    """What was heard so far."""
    found = Table(box=None, pad_edge=False)
    for head in _HEADS:
        found.add_column(head, justify="right" if head in _NUMBERS else "left", no_wrap=head == "unit")
    for sighting in _loudest_first(listener):
        battery_pct = measured.battery_pct(sighting)
        found.add_row(
            sighting.name,
            measured.kind(sighting) or "?",
            str(sighting.rssi_dbm),
            "" if battery_pct is None else f"{battery_pct:.0f} %",
            measured.firmware(sighting),
            measured.sentence(sighting) if sighting.unit else Text("key unknown", style="bright_black"),
            style="bright_black" if time.monotonic() - sighting.heard_s > _STALE_S else "",
        )
    return Group(found, Text(_left(listener, left_s), style="bright_black"))


def _left(listener: Listener, left_s: float) -> str:
    if left_s > 0:
        return f"listening for {left_s:.0f} s more"
    if listener.sightings:
        return ""
    return "no unit in range: they advert once a second, and are heard for some thirty metres"


def _loudest_first(listener: Listener) -> list[Sighting]:
    return sorted(listener.sightings.values(), key=lambda each: (-each.rssi_dbm, each.name))


def _record(sighting: Sighting) -> dict[str, Any]:
    return {
        "unit": sighting.unit.name if sighting.unit else None,
        "address": sighting.device.address,
        "kind": measured.kind(sighting) or None,
        "rssi_dbm": sighting.rssi_dbm,
        "battery_pct": measured.battery_pct(sighting),
        "firmware": measured.firmware(sighting) or None,
        "readings": measured.by_name(sighting) if sighting.unit else None,
    }
