"""What every part of a unit shares."""

import asyncio
import struct

from corolle.wire.compat import const
from corolle.wire.seldom import borrowed
from corolle.wire.words import code_of

_REPORTED = const(0xFFF)  # the report has room for so many, the rest is told by events alone
_RECORD = const("ledger")
_ORDERED = ("override", "group cap")
_SPARE_S = const(3600)  # between two writes; what comes in between is lost with the power


class Wake:
    """One task waits; set() is safe in an interrupt or a timer's callback.

    A wait is a sleep that is cut short: asyncio's own wait with a timeout makes a task each time.
    `called`: somebody has called since the last wait; enough for a task that sleeps for moments only.
    """

    def __init__(self):
        self._flag = asyncio.ThreadSafeFlag()
        self._sleeper = None
        self.called = False
        self._listener = asyncio.create_task(self._listen())

    def set(self) -> None:
        """Call the task."""
        self.called = True
        self._flag.set()

    async def wait_ms(self, timeout_ms: int) -> bool:
        """True when somebody called, False when the time was up."""
        if not self.called:
            self._sleeper = asyncio.current_task()
            try:
                await asyncio.sleep_ms(timeout_ms)
            except asyncio.CancelledError:
                if not self.called:
                    raise  # it was not us
            self._sleeper = None
        called, self.called = self.called, False
        return called

    async def _listen(self) -> None:
        while True:
            await self._flag.wait()
            if self._sleeper and self.called:
                self._sleeper.cancel()


class Faults:
    """`table` is the unit's list of faults in corolle.wire.words; `tell(event, value)` sends an event."""

    def __init__(self, table: str, log, tell):
        self._table = table
        self._log = log
        self._tell = tell
        self._flags = 0
        self._present: set = set()  # by name: it is asked for far oftener than it changes

    @property
    def flags(self) -> int:
        """The faults present, as the report carries them."""
        return self._flags & _REPORTED

    def names(self) -> list:
        """The faults present, all of them."""
        return sorted(self._present)

    def has(self, name: str) -> bool:
        """Whether a fault is there."""
        return name in self._present

    def set(self, name: str, present: bool) -> None:
        """Say whether a fault is there."""
        if self.has(name) == present:
            return
        bit = code_of(self._table, name)
        if present:
            self._present.add(name)
        else:
            self._present.discard(name)
        self._flags ^= 1 << bit
        self._log("fault", level="warn", name=name, state="raised" if present else "cleared")
        self._tell("fault raised" if present else "fault cleared", bit)


class Ledger:
    """Whole numbers of 32 bits by name. `names` is their order in the record: append, never move."""

    def __init__(self, names: tuple, store, log, uptime_s):
        self._names = names
        self._format = f"<{len(names)}I"
        self._store = store
        self._log = log
        self._uptime_s = uptime_s
        self._written_at_s = uptime_s()
        self._changed = False
        # A record of an older version is shorter: what it does not have begins at 0.
        record = store.load(_RECORD) or b""
        self.fresh = not record  # a new unit's
        self._values = list(struct.unpack_from(self._format, record + bytes(4 * len(names))))
        self._written = list(self._values)

    def __getitem__(self, name: str) -> int:
        return self._values[self._names.index(name)]

    def __setitem__(self, name: str, value: int) -> None:
        place = self._names.index(name)
        self._changed = self._changed or value != self._values[place]
        self._values[place] = value & 0xFFFFFFFF

    def keep(self, now: bool = False, lasting: bool = True) -> None:
        """Write what has changed, at most once an hour unless it must be now."""
        due = now or self._uptime_s() - self._written_at_s >= _SPARE_S
        if not (self._changed and due):
            return
        self._written_at_s = self._uptime_s()
        self._changed = not lasting  # before it is told, it is to last
        self._written[:] = self._values
        try:
            self._store.save(_RECORD, struct.pack(self._format, *self._values), lasting)
        except OSError as error:
            self._log("store", level="error", record=_RECORD, error=str(error))

    def keep_within(self, name: str, loss: int) -> None:
        """Write when a power cut would lose more than this of a counter, that nobody was told of yet."""
        place = self._names.index(name)
        close = self._values[place] - self._written[place] > loss
        self.keep(now=close, lasting=not close)


class Common:
    """clock, log, settings, store, ledger, faults, reporter and supervisor of one node.

    `number` is the unit's own among its neighbours, `cause` that of the boot, `dev_eui` 16 hex digits or "".
    `fitted` lists the board's parts as units/wiring.py does. `testing`: "asked" or "ordered" while the unit
    is to test itself, else "".
    """

    # fmt: off
    def __init__(
        self, clock, log, settings, store, ledger, faults, reporter, supervisor, number, cause, dev_eui="",
        fitted="", safe_mode=False,
    ):
        # fmt: on
        self.testing = ""
        self.fitted = fitted
        self.safe_mode = safe_mode
        self.number = number
        self.boot_cause = cause
        self.dev_eui = dev_eui
        self.clock = clock
        self.log = log
        self.settings = settings
        self.store = store
        self.ledger = ledger
        self.faults = faults
        self.reporter = reporter
        self.refused: dict = {}  # orders, by verdict or cause
        self._supervisor = supervisor
        clock.on_step.append(self._clock_stepped)
        supervisor.on_restart.append(self._task_restarted)

    def decided(self, output: str, value: int, reason: str, until_s: int, author: str) -> None:
        """Log a decision; the reason of what was ordered names its end (unix) and its author."""
        if reason in _ORDERED:
            zone = self.settings["zone_min"], self.settings["summer_time"]
            with borrowed("corolle.control.calendar") as calendar:
                end = calendar.hours_minutes(until_s, *zone)
            reason = f"{reason} until {end} by {author}"
        self.log("decision", output=output, value=value, reason=reason)

    def save(self, record: str, content: bytes) -> None:
        """Keep a record; a flash that refuses is logged and stops nothing."""
        try:
            self.store.save(record, content)
        except OSError as error:
            self.log("store", level="error", record=record, error=str(error))

    def attempt(self, fault: str, make):
        """What make() gives, or None: what is broken or wrongly described on the board is a fault."""
        try:
            return make()
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.log("fitting", level="error", error=repr(error))
            self.faults.set(fault, True)
            return None

    def _clock_stepped(self, step_s: int) -> None:
        self.log("clock_set", step_s=step_s)
        self.reporter.event("clock set", step_s)
        self.reporter.soon()

    def _task_restarted(self, error: Exception) -> None:
        self.reporter.event("task restarted", self._supervisor.restarts())
