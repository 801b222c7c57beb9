"""Runs the node. A crash is kept and ends in a reset; meanwhile the hardware default keeps the lamp lit."""

import sys
import time

import machine

_BEFORE_RESET_S = 5  # long enough for a technician's ctrl-C, and no boot loop at full speed


def _assemble():
    """Put the node together, then let go of the modules that did: the radio needs the memory more."""
    from corolle.wire.seldom import borrowed

    makers = "corolle.units.wiring", "corolle.units.canopy_wiring", "corolle.system.boots"
    with borrowed("corolle.node", *makers) as node:
        return node.Node().supervisor


try:
    import asyncio

    asyncio.run(_assemble().run())
except Exception as error:  # noqa: BLE001 - whatever it is, the street gets a fresh start
    sys.print_exception(error)
    try:
        from corolle.system.boots import keep_crash

        keep_crash(machine.RTC(), error)
    except (ImportError, MemoryError, OSError) as second:
        sys.print_exception(second)
time.sleep(_BEFORE_RESET_S)
machine.reset()
