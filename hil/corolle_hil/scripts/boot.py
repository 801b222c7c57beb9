"""A board is switched on; at the end it waits at a prompt that nobody reads, for ever."""

import link
import power

power.boot(globals(), "boot.py", "main.py")
while True:
    link.wait(None)
