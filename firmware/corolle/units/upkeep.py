"""What a node does besides its unit's work: prove its boot, keep tracebacks, pass on a step of the clock."""

import asyncio

import machine

from corolle.system.boots import Boots, Kept, traceback_of
from corolle.wire.compat import const

_GOOD_AFTER_S = const(300)
_SAFE_MODE_S = const(3600)  # then an ordinary boot is tried
_EVER_S = const(1 << 29)


class Upkeep:
    """`kept` and `boots` are system/boots.py's; common and unit follow with serve()."""

    def __init__(self, kept: Kept, boots: Boots, log):
        self._kept = kept
        self._boots = boots
        self._log = log
        self._reporter = None
        self._restarts = 0

    def serve(self, common, unit) -> None:
        """There is a unit."""
        self._reporter = reporter = common.reporter

        def clock_stepped(step_s):
            self._log("clock_set", step_s=step_s)
            reporter.event("clock set", step_s)
            unit.look_again()
            reporter.soon()

        common.clock.on_step.append(clock_stepped)

    async def prove_boot(self, alive) -> None:
        """After some minutes the boot is a good one; safe mode ends by trying an ordinary boot."""
        after_s = _SAFE_MODE_S if self._boots.safe else _GOOD_AFTER_S
        alive(after_s)
        await asyncio.sleep(after_s)
        if self._boots.safe:
            self._boots.retry()
            machine.reset()
        self._boots.good()
        alive(_EVER_S)
        await asyncio.Event().wait()

    def task_restarted(self, error: Exception) -> None:
        """A task raised. A chip that fails is an OSError and no crash of ours."""
        self._restarts += 1
        if not isinstance(error, OSError):
            self._kept.remember_crash(traceback_of(error))
        if self._reporter:
            self._reporter.event("task restarted", self._restarts)
