"""Ramps that the eye sees as even: it judges light by ratios (Weber's law), so a ramp goes by logarithms.

It sets off and arrives gently, for it is a change of speed that draws the eye. The steps are as large as the
filter of a 0-10 V converter smooths away: each wakes the node.
"""

from math import exp, log

from corolle.wire.compat import const

_STEP = const(0.08)  # natural logarithm of the ratio between two levels
_SHORTEST_MS = const(50)  # the filter's time constant
_LEAST_PCT = const(1.0)  # the logarithm needs a floor: below the least level a driver can give


def ramp(start_pct: float, end_pct: float, duration_ms: int):
    """Iterate over (level in %, milliseconds to stay there) up or down to `end_pct`, whose stay is 0."""
    start, end = log(max(_LEAST_PCT, start_pct)), log(max(_LEAST_PCT, end_pct))
    steps = max(1, min(round(abs(end - start) / _STEP), duration_ms // _SHORTEST_MS))
    stay_ms = duration_ms // max(1, steps - 1)
    for step in range(1, steps):
        done = step / steps
        gentle = done * done * (3 - 2 * done)
        yield exp(start + (end - start) * gentle), stay_ms
    yield end_pct, 0
