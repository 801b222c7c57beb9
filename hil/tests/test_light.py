"""Light follows people and levels, as measured at the lamp."""

import pytest
from corolle_hil.bench.figures import Plot
from corolle_hil.bench.rig import NIGHT_S, Load
from corolle_hil.bench.waiting import await_said

_BASE_PCT = 20
_SETTLED_S = 15
_LEVELS = range(100, 0, -10)
_STEP_S = 60
_FIRST_MIN = 62  # 01:02 local time: the rig's night begins at 01:00
_READ_S = 30  # into a step, when its ramp is long over


@pytest.mark.needs("files", "presence", "light")
def test_presence_to_light(lamp, measured):
    lamp.start(NIGHT_S, Load({"base_pct": _BASE_PCT}))
    await_said(lamp, 10, type="decision", output="light", reason="schedule")
    lamp.wait(_SETTLED_S)
    trace = lamp.passage(2.0, 0.002)
    base = trace[0][1]
    risen = [at_s for at_s, share in trace if share > base + 0.02]
    full = [at_s for at_s, share in trace if share > 0.95]
    measured.plot(Plot("Somebody comes", "s", "share of full light", {"light": trace}))
    measured("level with nobody near", 100 * base, "%", at_least=_BASE_PCT - 3, at_most=_BASE_PCT + 3)
    assert risen and full, "light did not follow"
    measured("presence to the first light", 1000 * risen[0], "ms", at_most=200)
    measured("presence to full light", 1000 * full[0], "ms", at_most=1000)


@pytest.mark.needs("files", "meter")
def test_dimming_linearity(lamp, measured):
    steps = ", ".join(f"01:{_FIRST_MIN - 60 + number:02} {pct}" for number, pct in enumerate(_LEVELS))
    lamp.start(NIGHT_S, Load(programme=f"daily: {steps}"))
    lamp.wait(_FIRST_MIN % 60 * 60 + _READ_S)
    points = []
    for pct in _LEVELS:
        points.append((float(pct), lamp.power_w()))
        lamp.wait(_STEP_S)
    slope_w, offset_w = _line(points)
    line = [(pct, offset_w + slope_w * pct) for pct, _ in points]
    full_w = points[0][1]
    worst_pct = max(100 * abs(w - at) / full_w for (_, w), (_, at) in zip(points, line, strict=True))
    measured.plot(
        Plot("Dimming", "level in %", "W", {"measured": points, "straight line": line}, ["measured"])
    )
    measured("power at full light", full_w, "W", at_least=5)
    measured("power at 10 %", points[-1][1], "W", at_most=0.25 * full_w)
    measured("power at level 0 by the line", offset_w, "W", at_least=0, at_most=0.15 * full_w)
    measured("worst distance from the line", worst_pct, "% of full power", at_most=2)


def _line(points):
    """(slope, offset) of the straight line with the least squares."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    return slope, mean_y - slope * mean_x
