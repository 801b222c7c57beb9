"""Commissioning of a luminaire: its power at each level. In memory while it lasts, once in a lamp's life."""

import asyncio

from corolle.control.power_curve import POINTS, STEP_PCT, PowerCurve
from corolle.wire.compat import const

_SETTLE_MS = const(3000)  # a driver's soft start, the ramp and the meter's mean


async def learn(light, meter, change, log) -> PowerCurve | None:
    """Go through all levels, from full down to off, and measure; None when this is no luminaire's curve.

    `light.trial_pct` asks for a level, `change()` lets the lamp look. `meter` is a Sensor.
    """
    points = [0] * POINTS
    light.trial = "learning"
    try:
        for place in range(POINTS - 1, -1, -1):
            light.trial_pct = place * STEP_PCT
            change()
            await asyncio.sleep_ms(_SETTLE_MS)
            measured = await meter.read()
            if measured is None:
                return None
            points[place] = round(measured[0] * 10)
    finally:
        light.trial_pct = None
        change()
    curve = PowerCurve(points)
    problem = curve.problem()
    log("learned", level="warn" if problem else "info", problem=problem, full_w=curve.full_w)
    return None if problem else curve
