"""A node that crashes at each boot ends its replay after a few, with a sentence; it does not run for ever."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from corolle_hil.replay.boot_watch import NeverWorks
from corolle_hil.replay.lamp import Nights, replay_lamp
from corolle_hil.street import Equipment
from corolle_hil.world.counts import Steady
from corolle_tools.app import app
from corolle_tools.replay import canopy, faults, lamp, valves, wave
from corolle_tools.replay.post import stand_alone
from typer.testing import CliRunner

_CRASHES = b"""
import asyncio
from corolle.start import run

def bug(task):
    raise KeyError("a bug")

asyncio.run = bug
run()
"""
_HANGS = b"""
import machine, time
machine.WDT(timeout=180_000)
print("hanging")
while True:
    time.sleep(1)
"""
_PLACE_DEG = (43.6, 1.44)
_LAMPS = ("lamp", "faults", "wave")


def _broken(make: Callable[..., Equipment], main: bytes) -> Callable[..., Equipment]:
    def made(*words: Any) -> Equipment:
        sound = make(*words)
        return replace(sound, files=lambda: sound.files() | {"/main.py": main})

    return made


@pytest.mark.parametrize(
    ("command", "module", "maker", "options"),
    [
        ("lamp", lamp, "stand_alone", ()),
        ("canopy", canopy, "stand_alone", ("--days", "1")),
        ("faults", faults, "stand_alone", ("--lamp-nights", "1")),
        ("valves", valves, "equip", ("--runs", "1")),
        ("wave", wave, "_equip", ("--lamps", "2")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_replay_ends_with_a_sentence(
    command: str, module: Any, maker: str, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, maker, _broken(getattr(module, maker), _CRASHES))
    ran = CliRunner().invoke(app, ["replay", command, *options])
    assert ran.exit_code == 1, ran.output
    told = ran.stderr.strip().splitlines()[-1]
    assert told.startswith(f"corolle replay {command}: {'lamp' if command in _LAMPS else 'canopy'}-01 never")
    assert told.endswith("it last said: KeyError: a bug")


def test_so_does_one_whose_node_hangs(tmp_path: Path):
    post = _broken(stand_alone, _HANGS)("lamp", 1, _PLACE_DEG, {})
    with pytest.raises(NeverWorks, match=r"8 boots in a row .*; it last said: hanging$"):
        replay_lamp(Nights(1, Steady(0), 1), post, tmp_path)
