"""One simulated controller: how it is switched on, waits, is interrupted and reset."""

import struct
from collections.abc import Callable
from pathlib import Path

from corolle_hil.controller import Controller
from corolle_hil.forkserver import ForkServer, Order
from corolle_hil.interpreter import Interpreter
from corolle_hil.memories import Flash, Nvs
from corolle_hil.ports import BleRadio, I2cChip, Line, OneWireChip, SpiChip, Train, UartChip
from corolle_hil.scheduler import Handle, Scheduler
from corolle_hil.shims import ops

POWER_ON, HARD_RESET, WATCHDOG_RESET, DEEP_SLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
_TIME = struct.Struct("<Q")
_AT = struct.Struct(ops.AT_FORMAT)
_ROM_US = 350_000  # from reset to boot.py: ROM, second-stage loader, start of the interpreter


class Board:
    """A controller that runs whatever is on its flash.

    Args:
        scheduler: the street's time.
        forks: makes the interpreter's process.
        folder: keeps the flash and the NVS between runs.
        heap_bytes: hard limit of the MicroPython heap.
        unique_id: the chip's 6-byte MAC address.
        on_console: called with each line the board prints.

    `rom` is the image of the partition that is executed in place; the next boot has it. `on_own_reset` is
    called with the cause of each reset that the board itself brings about: it asks for one, crashes or hangs.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        forks: ForkServer,
        folder: Path,
        *,
        heap_bytes: int,
        unique_id: bytes,
        on_console: Callable[[str], None],
    ):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.flash = Flash(folder / "flash")
        self.resets: dict[int, int] = {}  # how often, by cause
        self.hangs = 0
        self.on_own_reset: Callable[[int], None] = _unwatched
        self._controller = Controller(
            scheduler,
            self.flash,
            Nvs(folder / "nvs.json"),
            self._interrupt,
            lambda: self._reset_itself(WATCHDOG_RESET),
            scheduler.rng(f"board {unique_id.hex()} {scheduler.epoch_us}"),
        )
        self._scheduler = scheduler
        self._forks = forks
        self._heap_bytes = heap_bytes
        self.rom: Path | None = None
        self.unique_id = unique_id
        self._on_console = on_console
        self._interpreter: Interpreter | None = None
        self._records = bytearray()
        self._alarm: Handle | None = None  # when the board goes on: the end of its wait, or its next boot
        self._waiting = False
        self._train: Train | None = None  # that the board hears without asking
        self._cause = POWER_ON
        self._script = "boot"

    def line(self, gpio: int) -> Line:
        """The wire at a GPIO."""
        return self._controller.pins.line(gpio)

    def attach_i2c(self, bus: int, chip: I2cChip) -> None:
        """Put a chip on an I2C bus."""
        self._controller.buses.attach_i2c(bus, chip)

    def attach_spi(self, bus: int, chip: SpiChip) -> None:
        """Put a chip on an SPI bus."""
        self._controller.buses.attach_spi(bus, chip)

    def attach_uart(self, uart_id: int, chip: UartChip) -> None:
        """Put a chip on a UART."""
        self._controller.serial.attach(uart_id, chip)

    def attach_onewire(self, gpio: int, chip: OneWireChip) -> None:
        """Put a chip on a pin that is a one-wire bus."""
        self._controller.onewire.attach(gpio, chip)

    def attach_ble(self, radio: BleRadio) -> None:
        """Give it Bluetooth."""
        self._controller.ble = radio
        radio.connect(lambda: self._interrupt(ops.IRQ_BLE, 0))

    @property
    def running(self) -> bool:
        """Whether an interpreter lives."""
        return self._interpreter is not None

    def power_on(self, script: str = "boot", argument: str = "") -> None:
        """Switch on: the board boots a moment later."""
        self._controller.rtc.power_on(self._scheduler.now_us)
        self._script = script
        self._restart(POWER_ON, 0, argument)

    def reset(self, cause: int, asleep_us: int = 0) -> None:
        """End the interpreter, let every pin go, and boot again."""
        self._restart(cause, asleep_us, "")

    def power_off(self) -> None:
        """Cut the power; the flash stays as it is at this moment."""
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
        self._records.clear()
        self._waiting = False
        self._end_interpreter()
        self._controller.reset()

    def set_clock(self, unix_us: int) -> None:
        """What a technician's `mpremote rtc --set` does."""
        self._controller.rtc.set(self._scheduler.now_us, unix_us - 946_684_800_000_000)
        self._interrupt(ops.IRQ_RTC, 0)

    def close(self) -> None:
        """Switch off for good."""
        self.power_off()
        self.flash.close()

    def _reset_itself(self, cause: int, asleep_us: int = 0) -> None:
        self.reset(cause, asleep_us)
        self.on_own_reset(cause)

    def _restart(self, cause: int, asleep_us: int, argument: str) -> None:
        self.power_off()
        self._cause = cause
        self.resets[cause] = self.resets.get(cause, 0) + 1
        self._alarm = self._scheduler.after(asleep_us + _ROM_US, self._boot, argument)

    def _boot(self, argument: str) -> None:
        self._alarm = None
        rom = str(self.rom) if self.rom else ""
        order = Order(self._heap_bytes, self._script, argument, rom)
        self._interpreter = Interpreter(self._forks, order)
        self._serve()

    def _interrupt(self, kind: int, which: int) -> None:
        self._records += bytes([kind, which])
        if self._waiting:
            self._go_on_at(self._scheduler.now_us)

    def _go_on_at(self, t_us: int) -> None:
        if self._alarm:
            self._alarm.cancel()
        self._alarm = self._scheduler.at(t_us, self._resume)

    def _resume(self) -> None:
        """The wait is over: serve the board until it waits again."""
        self._alarm = None
        self._wake()
        self._serve()

    def _wake(self) -> None:
        """Tell the board the time and what happened."""
        self._waiting = False
        records, now_us = self._take_records(), self._scheduler.now_us
        count, period_us = self._ahead(records)
        answer = _TIME.pack(now_us) + records
        if count:
            answer += struct.pack(ops.TRAIN_FORMAT, ops.TRAIN, count, period_us)
            self._reply(0, answer, now_us + count * period_us + 1)
        else:
            self._reply(0, answer)

    def _ahead(self, records: bytes) -> tuple[int, int]:
        """What is certain to come after a pulse: (how many more, microseconds between two)."""
        if len(records) != ops.RECORD_BYTES or records[0] != ops.IRQ_PIN:
            return 0, 0
        self._train = self._controller.pins.train(records[1])
        return self._train.ahead() if self._train else (0, 0)

    def _serve(self) -> None:
        """Answer the board until it waits, resets or ends."""
        interpreter = self._interpreter
        while interpreter and interpreter is self._interpreter and not self._waiting:
            request = interpreter.receive()
            if request is None:
                self._ended(interpreter)
            else:
                self._handle(*request)

    def _handle(self, op: int, a: int, b: int, payload: bytes) -> None:
        if op == ops.WAIT:
            self._wait(_TIME.unpack(payload)[0])
        elif op == ops.TAKE:
            self._reply(0, self._take_records())
        elif op == ops.AT:
            self._follow(b, *_AT.unpack(payload))
        elif op == ops.BORN:
            self._reply(0, self._birth())
        elif op == ops.RESET:
            self._reset_itself(a, struct.unpack("<Q", payload)[0])
        else:
            answer = self._controller.serve(op, a, b, payload)
            if answer is not None:
                self._reply(*answer)

    def _follow(self, pulses: int, t_us: int, fed_us: int) -> None:
        """The board has come to `t_us` by itself, for it knew that nothing was to happen before."""
        if pulses and self._train:
            self._train.skip(pulses)
        if fed_us:
            self._controller.watchdog.fed(fed_us)
        self._scheduler.catch_up(t_us)

    def _wait(self, until_us: int) -> None:
        self._print()
        self._waiting = True
        if self._records:
            self._go_on_at(self._scheduler.now_us)
        elif until_us != ops.FOREVER:
            if self._scheduler.leap(until_us):
                self._wake()
            else:
                self._go_on_at(until_us)

    def _reply(self, status: int, data: bytes, quiet_until_us: int | None = None) -> None:
        if self._interpreter:
            if quiet_until_us is None:
                quiet_until_us = self._scheduler.quiet_until_us()
            self._interpreter.reply(status, bool(self._records), data, quiet_until_us)

    def _take_records(self) -> bytes:
        records = bytes(self._records)
        self._records.clear()
        return records

    def _birth(self) -> bytes:
        return self.unique_id + struct.pack("<BQI", self._cause, self._scheduler.now_us, self.flash.blocks)

    def _ended(self, interpreter: Interpreter) -> None:
        """The interpreter is gone (on the chip: a panic, which resets) or hangs (only a watchdog helps)."""
        self._end_interpreter()
        if interpreter.hung:
            self.hangs += 1
        elif self._script == "boot":
            self._reset_itself(HARD_RESET)
        else:
            self._controller.watchdog.reset()  # a script is over: nothing of it goes on for ever

    def _end_interpreter(self) -> None:
        if self._interpreter:
            self._print()
            self._interpreter.kill()
            self._interpreter = None

    def _print(self) -> None:
        if self._interpreter:
            for line in self._interpreter.console_lines(self._interpreter.printed()):
                self._on_console(line)


def _unwatched(cause: int) -> None:
    """Nobody counts."""
