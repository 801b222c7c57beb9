"""A task that never yields stops all but interrupts: the guard below it shuts the valve all the same."""

import pytest
from corolle_hil.bench.figures import Plot
from corolle_hil.bench.rig import NIGHT_S, Load
from corolle_hil.bench.waiting import said, until

_GUARD_ON_S = 70
_HANGS_AFTER_S = 40
_NOON_S = NIGHT_S + 12 * 3600  # no frost

# Soil is never wet enough, so it waters from the boot on; some time later nothing else runs any more.
_HANGS = (
    b"""
import asyncio, time
from corolle.start import assemble

async def hog(alive):
    alive(120)
    await asyncio.sleep(%d)
    print("t=- level=warn event=hung")
    while True:
        time.sleep(1)

supervisor = assemble()
supervisor.spawn("hog", hog)
asyncio.run(supervisor.run())
"""
    % _HANGS_AFTER_S
)


@pytest.mark.needs("files", "valve")
def test_valve_guard_under_a_hung_loop(canopy, measured):
    settings = {"start_vwc_pct": 60, "band_vwc_pct": 8, "guard_on_s": _GUARD_ON_S, "dose_dl": 500}
    canopy.start(_NOON_S, Load(settings, main=_HANGS))
    until(canopy, "open valve", canopy.valve_open, 60)
    opened_s, trace = canopy.now_s, []

    def shut() -> bool:
        trace.append((canopy.now_s - opened_s, canopy.litres()))
        return not canopy.valve_open()

    until(canopy, "shut valve", shut, 2 * _GUARD_ON_S, 0.2)
    open_s, litres = canopy.now_s - opened_s, canopy.litres()
    hung = said(canopy, event="hung")
    measured.plot(Plot("A hung loop, valve open", "s", "l", {"water": trace}))
    assert hung, "the loop did not hang while the valve was open"
    measured("open before the loop hung", hung[0].at_s - opened_s, "s", at_least=5)
    measured("open altogether", open_s, "s", at_most=_GUARD_ON_S + 1)
    measured("water", litres, "l", at_least=0.1, at_most=2)
    canopy.wait(30)
    measured("water after it was shut", canopy.litres() - litres, "l", at_most=0.05)
    assert not canopy.valve_open()
