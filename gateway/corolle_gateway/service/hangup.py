"""SIGHUP: a service has something to read anew; what was begun at a terminal has lost it."""

import asyncio
import os
import signal
from collections.abc import Callable

_STDIN = 0


def attend(changed: Callable[[], None], left: Callable[[], None]) -> None:
    """From now on call one of them at each; `left` where there was a terminal, and is none any more."""
    had_terminal = os.isatty(_STDIN)

    def hung_up() -> None:
        (left if had_terminal and not os.isatty(_STDIN) else changed)()

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hung_up)
