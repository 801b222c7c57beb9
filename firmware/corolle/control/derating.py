"""What a level means to the luminaire: heat, age and the size it was bought in.

A hot lamp gives less light along a line, so that it stays on; LEDs live twice as long 10 K cooler. CLO and
VPO are as in Zhaga book 18 and IEC 62386-251: less power while LEDs are new, and never all that they could.
"""

from corolle.wire.compat import const

_NOTCH_PCT = const(5)  # a tenth of a degree is no reason to tell of a new level


def limit_pct(temperature_c: float, settings) -> int:
    """The most light of a lamp with so hot a housing: 100 when it is cool, 0 when it must shut down."""
    if temperature_c >= settings["shutdown_c"]:
        return 0
    start_c, end_c = settings["derate_c"], settings["derate_end_c"]
    least_pct = settings["derate_pct"]
    if temperature_c <= start_c:
        return 100
    if temperature_c >= end_c:
        return least_pct
    lost_pct = (100 - least_pct) * (temperature_c - start_c) / (end_c - start_c)
    return max(least_pct, 100 - int(lost_pct / _NOTCH_PCT + 0.999) * _NOTCH_PCT)


def driven_pct(level_pct: float, burnt_s: int, settings) -> float:
    """What the luminaire is asked for so that it gives `level_pct` of the light it is to give, at its age."""
    fresh_pct = settings["clo_pct"]
    if fresh_pct < 100:
        age = min(1.0, burnt_s / 3600 / settings["clo_h"])
        level_pct = level_pct * (fresh_pct + (100 - fresh_pct) * age) / 100
    return level_pct * settings["vpo_pct"] / 100
