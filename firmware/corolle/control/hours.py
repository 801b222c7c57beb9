"""Hours of the day between which something holds; they may pass midnight."""

from corolle.wire.compat import const

_DAY_S = const(86400)


def window(local_s: int | None, from_s: int, until_s: int) -> tuple:
    """(inside, seconds until that changes). All are seconds since local midnight; equal ends: always.

    Without a clock every moment counts as inside: what may be done may be done still, what is forbidden
    stays forbidden.
    """
    if local_s is None or from_s == until_s:
        return True, _DAY_S
    inside = (local_s - from_s) % _DAY_S < (until_s - from_s) % _DAY_S
    return inside, ((until_s if inside else from_s) - local_s - 1) % _DAY_S + 1
