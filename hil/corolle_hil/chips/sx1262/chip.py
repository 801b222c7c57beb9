"""The SX1262 at its pins: SPI transactions, BUSY, DIO1 and NRESET (datasheet chapter 8)."""

from collections import Counter

from corolle_hil.chips.sx1262.clocks import Clocks
from corolle_hil.chips.sx1262.commands import COMMANDS, Command, Mode
from corolle_hil.chips.sx1262.core import Core
from corolle_hil.chips.sx1262.engine import Engine
from corolle_hil.ports import Line, SpiChip
from corolle_hil.scheduler import Handle, Scheduler
from corolle_hil.world.air import Air
from corolle_hil.world.propagation import Position

_COLD_START_US = 3500  # from reset, and from sleep without its configuration (table 8-2)
_WARM_START_US = 340
_RESET_US = 100  # NRESET must be low at least as long (8.1)


class Sx1262(SpiChip):
    """One transceiver on a board.

    `mistakes` counts what a correct driver never does, as `command: cause`; a refused command does nothing.

    Faults: `dead` answers nothing and drives nothing; `busy_stuck` holds BUSY high after the next command;
    `lost_irqs` is how many rises of DIO1 the board will not see.

    Args:
        name: the radio's name in the air, the unit's own.
        reset: the NRESET wire, which a pull-up holds high while nobody drives it.
        tcxo_mv: voltage that its TCXO needs from DIO3; None when a plain crystal is fitted.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        air: Air,
        name: str,
        position: Position,
        *,
        cs: Line,
        busy: Line,
        dio1: Line,
        reset: Line,
        tcxo_mv: int | None = None,
    ):
        self.cs = cs
        self.dead = False
        self.busy_stuck = False
        self.lost_irqs = 0
        self._scheduler = scheduler
        self._busy, self._dio1, self._reset = busy, dio1, reset
        self._is_busy = False
        self._busy_end: Handle | None = None
        self._reset_since_us: int | None = None
        self._engine = Engine(scheduler, air, name, position, Clocks(tcxo_mv), self._show_irq)
        self._core = Core(self._engine)
        self._sent = bytearray()
        self._answer: bytes | None = None
        self._deaf = False
        reset.watch(self._on_reset)
        self.power_up()

    @property
    def mistakes(self) -> Counter[str]:
        """What a correct driver never does, counted by cause."""
        return self._engine.mistakes

    @property
    def mode(self) -> int:
        """The chip mode, one of `commands.Mode`."""
        return self._engine.mode

    def power_up(self) -> None:
        """Supply restored, or NRESET released: busy until everything is calibrated."""
        self._engine.power_up()
        self._show_irq()
        self._be_busy(_COLD_START_US)

    def select(self) -> None:
        """NSS low: a transaction begins, or a sleeping chip wakes (8.2.2)."""
        self._sent.clear()
        self._answer = None
        self._deaf = self.dead or self._in_reset
        if self._engine.mode == Mode.SLEEP and not self._deaf:
            self._deaf = True
            self._wake()
        elif self._is_busy:
            self._deaf = True
            self.mistakes["any: while BUSY is high"] += 1

    def transfer(self, mosi: bytes) -> bytes:
        """Bytes both ways: the status byte until the data of a reading command come."""
        if self._deaf:
            return bytes(len(mosi))
        miso = bytearray()
        for byte in mosi:
            miso.append(self._next_byte())
            self._sent.append(byte)
        return bytes(miso)

    def deselect(self) -> None:
        """NSS high: a writing command is executed."""
        if self._deaf or not self._sent:
            return
        command = COMMANDS.get(self._sent[0])
        if command is None:
            self.mistakes[f"0x{self._sent[0]:02X}: unknown opcode"] += 1
        elif command.skip is None:
            self._be_busy(self._core.execute(command, bytes(self._sent[1:])))
        elif len(self._sent) < command.skip:
            self.mistakes[f"{command.name}: {len(self._sent) - 1} parameter bytes"] += 1

    @property
    def _in_reset(self) -> bool:
        return self._reset_since_us is not None

    @property
    def _status(self) -> int:
        return self._engine.mode << 4 | self._engine.status << 1

    def _next_byte(self) -> int:
        command = COMMANDS.get(self._sent[0]) if self._sent else None
        if command is None or command.skip is None or len(self._sent) < command.skip:
            return self._status
        return self._data(command, len(self._sent) - command.skip)

    def _data(self, command: Command, index: int) -> int:
        if self._answer is None:
            self._answer = self._core.answer(command, bytes(self._sent))
        return self._answer[index] if index < len(self._answer) else self._status

    def _wake(self) -> None:
        if self._core.warm_start:
            self._engine.mode = Mode.STDBY_RC
            self._be_busy(_WARM_START_US)
        else:
            self.power_up()

    def _on_reset(self, line: Line) -> None:
        if line.level == 0 and not self._in_reset:
            self._reset_since_us = self._scheduler.now_us
            self._engine.sleep()
            self._drive_busy(1)
        elif line.level != 0 and self._reset_since_us is not None:
            low_us = self._scheduler.now_us - self._reset_since_us
            self._reset_since_us = None
            if low_us < _RESET_US:
                self.mistakes["reset: low for less than 100 us"] += 1
            self.power_up()

    def _be_busy(self, busy_us: int) -> None:
        if self._busy_end is not None:
            self._busy_end.cancel()
            self._busy_end = None
        if not busy_us and self._engine.mode != Mode.SLEEP and not self.busy_stuck:
            return
        self._drive_busy(1)
        if not self.busy_stuck and self._engine.mode != Mode.SLEEP:
            self._busy_end = self._scheduler.after(busy_us, self._be_ready)

    def _be_ready(self) -> None:
        self._busy_end = None
        self._drive_busy(0)

    def _drive_busy(self, level: int) -> None:
        self._is_busy = bool(level)
        self._busy.drive(None if self.dead else level)

    def _show_irq(self) -> None:
        level = self._engine.dio1
        if level and not self._dio1.level and self.lost_irqs:
            self.lost_irqs -= 1
        elif not self.dead:
            self._dio1.drive(level)
