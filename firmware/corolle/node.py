"""The one place where a board, a unit, a link and the system are put together."""

import asyncio
import json
from binascii import crc32

import machine

from corolle.system.boots import Boots, traceback_of
from corolle.system.clock import Clock
from corolle.system.kept import Kept
from corolle.system.log import Log
from corolle.system.settings import Settings
from corolle.system.store import Store
from corolle.system.supervisor import WATCHDOG_MS, Supervisor
from corolle.units.commands import Commands
from corolle.units.common import Common
from corolle.units.faults import Faults
from corolle.units.ledger import Ledger
from corolle.units.reporting import Reporter
from corolle.units.wiring import Wiring
from corolle.wire.words import BOOT_CAUSES, code_of

_GOOD_AFTER_S = 300
_SAFE_MODE_S = 3600  # then an ordinary boot is tried


class Node:
    """What is missing or broken in the files or on the board is a fault that is told, and never raises."""

    def __init__(self):
        self._kept = Kept(machine.RTC())
        self._clock = Clock(machine.RTC())
        self._log = Log(self._clock.stamp)
        self._boots = Boots(self._kept)
        board = self._read("/board.json")
        self._wiring = Wiring(board)
        self._shut_valve()
        self._store = Store()
        self._tell_boot()
        self._facts = self._read("/unit.json")
        self._kind = str(self._facts.get("kind") or board.get("unit"))
        self._program = self._import_program(self._kind)
        if self._program:
            self._common = self._make_common(self._program)
            self._unit = self._make_unit(self._program)

    async def run(self) -> None:
        """Run for ever."""
        watchdog = machine.WDT(timeout=WATCHDOG_MS)
        self._supervisor = Supervisor(self._log, self._clock.uptime_s, watchdog, self._restarted)
        self._supervisor.spawn("boot", self._prove_boot)
        if self._program:
            self._supervisor.spawn("unit", self._unit.run)
            self._supervisor.spawn("report", self._common.reporter.run)
            self._spawn_link(self._program.CLASS_C)
        await self._supervisor.run()

    def _read(self, path: str) -> dict:
        """A file of facts, {} when it is missing or garbled."""
        facts, error = None, "not a JSON object"
        try:
            with open(path) as file:
                facts = json.load(file)
        except (OSError, ValueError) as cause:
            error = repr(cause)
        if isinstance(facts, dict):
            return facts
        self._log("file", level="error", path=path, error=error)
        return {}

    def _shut_valve(self) -> None:
        """Before anything else: nobody knows how a latching valve stands after a reset."""
        try:
            self._wiring.valve()
        except (ValueError, KeyError, TypeError) as error:
            self._log("fitting", level="error", part="valve", error=repr(error))

    def _tell_boot(self) -> None:
        boots = self._boots
        self._log("boot", cause=boots.cause, failed_boots=boots.failed, safe_mode=boots.safe)
        if not boots.crash:
            return
        self._log("crash", level="error", text=boots.crash)
        try:
            self._store.save("crash", boots.crash.encode())
        except OSError as error:
            self._log("store", level="error", record="crash", error=str(error))
        boots.crash_reported()

    def _import_program(self, kind: str):
        """The unit program of a kind, None when there is no such kind: the hardware default rules then."""
        if kind == "lamp":
            from corolle.units import lamp

            return lamp
        if kind == "canopy":
            from corolle.units import canopy

            return canopy
        self._log("file", level="error", error=f"no unit program for kind {kind!r}: lamp or canopy")
        return None

    def _make_common(self, program) -> Common:
        clock, log, store = self._clock, self._log, self._store
        settings = Settings(program.SETTINGS, store)
        reporter = Reporter(clock, settings, crc32(repr(self._facts.get("dev_eui")).encode()))
        self._tell_first(reporter, settings)
        ledger = Ledger(program.COUNTERS, store, log, clock.uptime_s)
        faults = Faults(program.FAULTS, log, reporter.event)
        return Common(clock, log, settings, store, ledger, faults, reporter)

    def _tell_first(self, reporter: Reporter, settings: Settings) -> None:
        """The events of a boot, in their order."""
        reporter.event("boot", code_of(BOOT_CAUSES, self._boots.cause))
        if self._boots.safe:
            reporter.event("safe mode", self._boots.failed)
            return  # settings may be why: safe mode runs on defaults
        settings.load()
        for problem in settings.problems:
            self._log("settings", level="warn", problem=problem)
        store = self._store
        if settings.problems or store.corrupt > store.restored:  # both copies of a record are lost
            reporter.event("settings reset", 1)
        if store.restored:
            reporter.event("store restored", store.restored)

    def _make_unit(self, program):
        lat_deg, lon_deg = self._facts.get("lat_deg"), self._facts.get("lon_deg")
        place = None
        if isinstance(lat_deg, (int, float)) and isinstance(lon_deg, (int, float)):
            place = lat_deg, lon_deg
        else:
            self._log("file", level="error", path="/unit.json", error="no lat_deg and lon_deg")
        unit = program.build(self._common, self._wiring, place, self._boots.safe)
        self._common.reporter.compose = unit.compose
        self._clock.on_step.append(self._clock_stepped)
        return unit

    def _clock_stepped(self, step_s: int) -> None:
        self._log("clock_set", step_s=step_s)
        self._common.reporter.event("clock set", step_s)
        self._unit.look_again()
        self._common.reporter.soon()

    def _spawn_link(self, class_c: bool) -> None:
        from corolle.radio.lorawan.keys import Identity
        from corolle.units.link import LinkKeeper

        facts, keys = self._facts, self._read("/keys.json")
        try:
            identity = Identity(facts["dev_eui"], facts["join_eui"], keys["app_key"])
            fitted = self._wiring.part("radio", "sx1262")
        except (ValueError, KeyError, TypeError) as error:
            self._log("file", level="error", error=f"no identity for the radio: {error}")
            return
        if fitted is None:
            self._log("fitting", level="warn", part="radio", error="not fitted")
            return
        commands = Commands(self._kind, self._common, self._unit)
        keeper = LinkKeeper(self._common, self._wiring.radio, identity, class_c, commands.receive)
        self._supervisor.spawn("link", keeper.run)

    async def _prove_boot(self, alive) -> None:
        """After some minutes the boot is a good one; safe mode ends by trying an ordinary boot."""
        after_s = _SAFE_MODE_S if self._boots.safe else _GOOD_AFTER_S
        alive(after_s)
        await asyncio.sleep(after_s)
        if self._boots.safe:
            self._boots.retry()
            machine.reset()
        self._boots.good()
        alive(1 << 29)
        await asyncio.Event().wait()

    def _restarted(self, task, error: Exception) -> None:
        """A task raised. A chip that fails is an OSError and no crash of ours."""
        if not isinstance(error, OSError):
            self._kept.remember_crash(traceback_of(error))
        if self._program:
            self._common.reporter.event("task restarted", self._supervisor.restarts())
