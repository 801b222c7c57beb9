"""A crash is kept and told; boots that fail again and again lead to safe mode, with the light on."""

import pytest
from corolle_hil.bench.rig import NIGHT_S, Load
from corolle_hil.bench.waiting import await_said, said

_NOON_S = NIGHT_S + 12 * 3600

_CRASHES = b"""
import asyncio, os
from corolle.start import run

loop = asyncio.run

def once(task):
    try:
        os.stat("/crashed")
    except OSError:
        open("/crashed", "w").close()
        raise KeyError("a bug")
    loop(task)

asyncio.run = once
run()
"""
_HANGS = b"""
import asyncio, time
from corolle.start import assemble

async def hog(alive):
    while True:
        time.sleep(1)

supervisor = assemble()
supervisor.spawn("hog", hog)
asyncio.run(supervisor.run())
"""


@pytest.mark.needs("files")
def test_a_crash_is_told_at_the_next_boot(lamp, measured):
    lamp.start(_NOON_S, Load(main=_CRASHES))
    crash = await_said(lamp, 30, event="crash")
    boots = said(lamp, event="boot")
    assert "KeyError: a bug" in crash.record["text"]
    measured("from the first boot to the crash being told", crash.at_s - boots[0].at_s, "s", at_most=15)
    lamp.wait(30)
    measured("boots", len(said(lamp, event="boot")), "", at_least=2, at_most=2)
    assert said(lamp, type="decision", output="light", value=0, reason="day"), (
        "the next boot is an ordinary one"
    )


@pytest.mark.needs("files", "light")
def test_hung_boots_lead_to_safe_mode_with_the_light_on(lamp, measured):
    lamp.start(_NOON_S, Load(main=_HANGS))
    safe = await_said(lamp, 15 * 60, event="boot", safe_mode=1)
    boots = said(lamp, event="boot")
    measured("boots until safe mode", boots.index(safe) + 1, "", at_least=4, at_most=4)
    measured("from power to safe mode", safe.at_s - boots[0].at_s, "s", at_most=15 * 60)
    lamp.wait(10)
    measured("light in safe mode", 100 * lamp.light(), "%", at_least=97)
