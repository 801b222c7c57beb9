"""Runs the node. A crash is kept and ends in a reset; meanwhile the hardware default keeps the lamp lit."""

import asyncio
import sys
import time

import machine

from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_BOOTS = ("corolle.system.boots", "corolle.system.origins")
_BEFORE_RESET_S = const(5)  # long enough for a technician's ctrl-C, and no boot loop at full speed


def run() -> None:
    """Run until something ends it that no task can outlive; then reset."""
    try:
        asyncio.run(assemble().run())
    except Exception as error:  # noqa: BLE001 - whatever it is, the street gets a fresh start
        try:
            with borrowed(*_BOOTS) as boots:
                print(boots.keep_crash(machine.RTC(), error))
        except (ImportError, MemoryError, OSError) as second:
            sys.print_exception(error)
            sys.print_exception(second)
    time.sleep(_BEFORE_RESET_S)
    machine.reset()


def assemble():
    """Put the node together, then let go of the modules that did: the radio needs the memory more."""
    makers = "corolle.units.wiring", "corolle.units.canopy_wiring"
    with borrowed("corolle.node", *makers, *_BOOTS) as node:
        return node.Node().supervisor
