"""The port's `os`, its random source the street's own: the same seed, the same street."""

import link
import ops
from uos import *  # noqa: F403 - whatever the port has


def urandom(n):
    """n random bytes."""
    return link.call(ops.RANDOM, 0, n)
