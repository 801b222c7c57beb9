"""From power to a unit that works."""

from corolle_hil.bench.rig import NIGHT_S, Load
from corolle_hil.bench.waiting import await_said, said

_SETTLED_S = 30


def test_boot_of_a_lamp(lamp, measured):
    lamp.start(NIGHT_S, Load())
    on_s = lamp.now_s
    boot = await_said(lamp, 10, event="boot")
    light = await_said(lamp, 10, type="decision", output="light")
    measured("from the start to the first line", boot.at_s - on_s, "s", at_most=3)
    measured("from the start to a decision", light.at_s - on_s, "s", at_most=5)
    assert boot.record["safe_mode"] == 0
    lamp.wait(_SETTLED_S)
    measured("boots", len(said(lamp, event="boot")), "", at_least=1, at_most=1)
    measured("faults", len(said(lamp, event="fault", state="raised")), "", at_most=0)
    measured("tasks that had to be restarted", len(said(lamp, event="restart")), "", at_most=0)


def test_boot_of_a_canopy(canopy, measured):
    canopy.start(NIGHT_S, Load())
    on_s = canopy.now_s
    boot = await_said(canopy, 10, event="boot")
    valve = await_said(canopy, 10, type="decision", output="valve")
    measured("from the start to the first line", boot.at_s - on_s, "s", at_most=3)
    measured("from the start to a decision", valve.at_s - on_s, "s", at_most=5)
    canopy.wait(_SETTLED_S)
    measured("boots", len(said(canopy, event="boot")), "", at_least=1, at_most=1)
    measured("tasks that had to be restarted", len(said(canopy, event="restart")), "", at_most=0)
