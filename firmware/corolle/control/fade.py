"""Ramps that the eye sees as even: lightness goes with the cube root of light (CIE 1976 L*).

A step is as large as the eye just does not notice, so a ramp wakes the node no oftener than needed.
"""

from corolle.wire.compat import const

_STEP = const(0.02)  # of full lightness
_SHORTEST_MS = const(20)  # quicker than the eye, and than a 0-10 V converter's filter


def ramp(start_pct: float, end_pct: int, duration_ms: int):
    """Iterate over (level in %, milliseconds to stay there) up or down to `end_pct`, whose stay is 0."""
    start, end = _lightness(start_pct), _lightness(end_pct)
    steps = max(1, min(round(abs(end - start) / _STEP), duration_ms // _SHORTEST_MS))
    for step in range(1, steps):
        lightness = start + (end - start) * step / steps
        yield lightness * lightness * lightness * 100, duration_ms // steps
    yield end_pct, 0


def _lightness(level_pct: float) -> float:
    return (level_pct / 100) ** (1 / 3)
