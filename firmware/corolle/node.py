"""The one place where a board, a unit, a link and the system are put together.

All of it happens once; main.py lets go of this module afterwards, before the radio needs the memory.
"""

import json
import os
from binascii import crc32

import machine

from corolle.system.boots import Boots
from corolle.system.clock import Clock
from corolle.system.log import Log
from corolle.system.settings import Settings
from corolle.system.store import Store
from corolle.system.supervisor import WATCHDOG_MS, Supervisor
from corolle.units.common import Common, Faults, Ledger
from corolle.units.link import LinkKeeper
from corolle.units.reporting import Reporter
from corolle.units.serial_desk import serial_desk
from corolle.units.wiring import Wiring
from corolle.wire.seldom import borrowed
from corolle.wire.words import BOOT_CAUSES, code_of

_NEAR_FIELD = ("corolle.units.near_field", "corolle.system.version", "corolle.wire.derive")
_PROGRAMS = {"lamp": "corolle.units.lamp", "canopy": "corolle.units.canopy"}


class Node:
    """What is missing or broken in the files or on the board is a fault that is told, and never raises.

    `supervisor` has all tasks and is ready to run.
    """

    def __init__(self):
        rtc = machine.RTC()
        self._clock = Clock(rtc)
        self._log = Log(self._clock.stamp)
        self._boots = Boots(rtc)
        board = self._read("/board.json")
        self._wiring = Wiring(board)
        # Before anything else: nobody knows how a latching valve stands after a reset.
        self._wiring.shut_valves(self._log)
        self._mute = False  # there is Bluetooth, and it refuses
        self._ble = self._wake_ble()
        self._store = Store(log=self._log)
        self._tell_boot()
        watchdog = machine.WDT(timeout=WATCHDOG_MS)
        self.supervisor = Supervisor(self._log, self._clock.uptime_s, watchdog)
        with borrowed("corolle.system.proof") as proof:
            self.supervisor.spawn("boot", proof.Proof(rtc, self._boots.safe).run)
        with borrowed("corolle.system.identity") as identity:
            self._facts, self._keys = identity.read(self._store, self._log)
        kind = str(self._facts.get("kind") or board.get("unit"))
        if kind not in _PROGRAMS:
            self._log("file", level="error", error=f"no unit program for kind {kind!r}: lamp or canopy")
            return  # the hardware default rules
        with borrowed(_PROGRAMS[kind]) as program:
            self._start(kind, program)

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

    def _wake_ble(self):
        """Before all that is large: its controller wants much memory, in few pieces."""
        try:
            return self._wiring.ble()
        except (ImportError, OSError, ValueError, KeyError, TypeError) as error:
            self._log("ble", level="error", error=repr(error))
            self._mute = True
            return None

    def _tell_boot(self) -> None:
        boots = self._boots
        self._log("boot", cause=boots.cause, failed_boots=boots.failed, safe_mode=int(boots.safe))
        if not boots.crash:
            return
        self._log("crash", level="error", text=boots.crash)
        try:
            self._store.save("crash", boots.crash.encode())
        except OSError as error:
            self._log("store", level="error", record="crash", error=str(error))
        boots.crash_reported()

    def _start(self, kind: str, program) -> None:
        common = self._make_common(program)
        programme = str(self._facts.get("programme", ""))
        unit = program.build(common, self._wiring, self._place(), self._boots.safe, programme)
        common.reporter.compose = unit.compose
        self._clock.on_step.append(unit.look_again)
        for name, start in unit.tasks:
            self.supervisor.spawn(name, start)
        self.supervisor.spawn("report", common.reporter.run)
        self.supervisor.spawn("console", serial_desk(kind, common, unit))
        if self._ble:
            self._open_near_field(common, kind, unit)
        if self._mute:
            common.faults.set("bluetoothLost", True)
        radio = common.attempt("radioLost", self._wiring.radio)
        if radio:
            keeper = LinkKeeper(common, radio, self._identity(), program.CLASS_C, kind, unit)
            self.supervisor.spawn("link", keeper.run)

    def _open_near_field(self, common: Common, kind: str, unit) -> None:
        """A unit that nobody near can hear does its work all the same."""
        try:
            keys, facts = self._keys, self._facts.get("neighbours", {})
            placed = {_number(dev_eui): int(facts[dev_eui]) for dev_eui in facts}
            with borrowed(*_NEAR_FIELD) as near_field:
                tasks = near_field.build(self._ble, common, kind, unit, keys, placed)
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._log("near", level="error", error=repr(error))
            self._mute = True
            return
        for name, start in tasks:
            self.supervisor.spawn(name, start)

    def _make_common(self, program) -> Common:
        clock, log, store = self._clock, self._log, self._store
        settings = Settings(*program.settings(self._wiring), store=store)
        dev_eui = str(self._facts.get("dev_eui", ""))
        number = _number(self._facts.get("dev_eui"))
        reporter = Reporter(clock, settings, number, os.urandom(1)[0])
        self._tell_first(reporter, settings)
        ledger = Ledger(program.COUNTERS, store, log, clock.uptime_s)
        faults = Faults(program.FAULTS, log, reporter.event)
        cause = self._boots.cause
        parts = clock, log, settings, store, ledger, faults, reporter, self.supervisor
        return Common(*parts, number, cause, dev_eui, self._wiring.listed(), self._boots.safe)

    def _tell_first(self, reporter: Reporter, settings: Settings) -> None:
        """The events of a boot, in their order."""
        reporter.event("boot", code_of(BOOT_CAUSES, self._boots.cause))
        if self._boots.safe:
            reporter.event("safe mode", self._boots.failed)
            return  # settings may be why: safe mode runs on defaults
        settings.take(self._facts.get("settings", {}))
        settings.load()
        for problem in settings.problems:
            self._log("settings", level="warn", problem=problem)
        store = self._store
        if settings.problems or store.corrupt > store.restored:  # both copies of a record are lost
            reporter.event("settings reset", 1)
        if store.restored:
            reporter.event("store restored", store.restored)

    def _identity(self) -> dict:
        """What the network knows the unit by, as far as it was provisioned."""
        known = dict(self._facts)
        known.update(self._keys)
        return {name: known[name] for name in ("dev_eui", "join_eui", "app_key") if name in known}

    def _place(self) -> tuple | None:
        """(latitude, longitude) of the unit, None when it is not known."""
        lat_deg, lon_deg = self._facts.get("lat_deg"), self._facts.get("lon_deg")
        if isinstance(lat_deg, (int, float)) and isinstance(lon_deg, (int, float)):
            return lat_deg, lon_deg
        self._log("file", level="error", path="/unit.json", error="no lat_deg and lon_deg")
        return None


def _number(dev_eui: str | None) -> int:
    """A unit's own among its neighbours."""
    return crc32(repr(dev_eui).encode())
