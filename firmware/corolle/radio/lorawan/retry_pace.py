"""When a node tells again what nobody has acknowledged: units of one street are not to do so in step."""

import time

from corolle.radio.lorawan.join_pace import back_off_ms, elapsed, random
from corolle.wire.compat import const

_FIRST_MS = const(40_000)
_LAST_MS = const(2_560_000)


def retry(state, airtime_us: int, rng) -> tuple:
    """(state, pause in ms) after an attempt at an acknowledgement, of so much time on air, that was in vain.

    `state`: what the attempt before has led to, None for the first one. Pauses double, from about a minute to
    about an hour.
    """
    last_ms, elapsed_ms, tick = state or (0, 0, time.ticks_ms())
    elapsed_ms, tick = elapsed(elapsed_ms, tick)
    retry_ms = min(2 * last_ms or _FIRST_MS, _LAST_MS)
    pause_ms = max(retry_ms + random(rng, retry_ms), back_off_ms(elapsed_ms, airtime_us, rng))
    return (retry_ms, elapsed_ms, tick), pause_ms
