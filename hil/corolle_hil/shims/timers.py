"""The board's hardware timers: in step with its own clock, so the world has no part in them."""

import ops

due_us = ops.FOREVER  # when the next of them expires, in street time
_running = {}  # timer -> [when it expires, its period or 0, handler]


def start(which, now_us, period_us, periodic, handler):
    """Call `handler()` in `period_us`, once or again and again; one that runs begins anew."""
    _running[which] = [now_us + period_us, period_us if periodic else 0, handler]
    _find_next()


def stop(which):
    """Call it no more."""
    if _running.pop(which, None):
        _find_next()


def take():
    """The handler of the one that has expired. Like all that a timer's interrupt does it takes no memory."""
    for which in _running:
        timer = _running[which]
        if timer[0] == due_us:
            break
    if timer[1]:
        timer[0] += timer[1]
    else:
        del _running[which]
    _find_next()
    return timer[2]


def _find_next():
    global due_us
    due_us = ops.FOREVER
    for which in _running:
        if _running[which][0] < due_us:
            due_us = _running[which][0]
