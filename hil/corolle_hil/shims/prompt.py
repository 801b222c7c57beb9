"""What a board does that somebody may speak with: MicroPython's own prompt reads the keyboard itself.

While it does, and while the board computes, the street goes on; so time is asked for whenever it is wanted.
"""

import time

import link
import ops


def _asked_for(function):
    def ask(*args):
        link.look()
        return function(*args)

    return ask


def live():
    """Keep the street's time, and end at ctrl-C; before asyncio, which takes the clock as it finds it."""
    for name in ("ticks_ms", "ticks_us", "ticks_cpu", "sleep_us", "time_ns", "time"):
        setattr(time, name, _asked_for(getattr(time, name)))
    link.handlers[ops.IRQ_BREAK << 8] = _interrupt


def _interrupt():
    raise KeyboardInterrupt
