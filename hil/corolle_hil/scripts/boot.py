"""A board is switched on."""

import power

power.boot(globals())
