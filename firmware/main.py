"""Runs the node. A crash is kept and ends in a reset; meanwhile the hardware default keeps the lamp lit."""

import sys
import time

import machine

_BEFORE_RESET_S = 5  # long enough for a technician's ctrl-C, and no boot loop at full speed


def _keep(error):
    """Remember the traceback over the reset, if as much as that still works."""
    from corolle.system.boots import traceback_of
    from corolle.system.kept import Kept

    Kept(machine.RTC()).remember_crash(traceback_of(error))


try:
    import asyncio

    from corolle.node import Node

    asyncio.run(Node().run())
except Exception as error:  # noqa: BLE001 - whatever it is, the street gets a fresh start
    sys.print_exception(error)
    try:
        _keep(error)
    except (ImportError, MemoryError, OSError) as second:
        sys.print_exception(second)
time.sleep(_BEFORE_RESET_S)
machine.reset()
