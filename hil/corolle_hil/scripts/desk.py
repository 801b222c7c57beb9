"""A board on a desk is switched on; MicroPython's prompt follows.

The argument is "raw" when that was a raw one before a soft reset: as on a chip main.py then does not run.
"""

import sys

import prompt

prompt.live()

import power  # noqa: E402 - only now: it brings asyncio

try:
    power.boot(globals(), *(("boot.py",) if sys.argv[1] == "raw" else ("boot.py", "main.py")))
except KeyboardInterrupt as error:
    sys.print_exception(error)
