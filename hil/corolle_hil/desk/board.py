"""A board that somebody may speak with: MicroPython's own prompt, ctrl-C, soft resets."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from corolle_hil.board import SOFT_RESET, Board
from corolle_hil.desk.keyboard import Keyboard, cpu_s, crlf, takes_ctrl_c
from corolle_hil.forkserver import Order
from corolle_hil.interpreter import Interpreter
from corolle_hil.shims import ops

_RAW, _FRIENDLY = b"raw REPL; CTRL-B to exit\r\n", b"for more information.\r\n>>> "
_REMOTE = b"\x18"  # begins a command of mpremote's mount; before it ctrl-C is made a byte like any other
_LOOPS_S = 0.5  # of CPU without a call: it is in a loop, and is interrupted wherever it stands
_LOOK_US = 100_000
_EARLY_BYTES = 4096
_MOST_RECORDS = 64  # interrupts that wait for a board which stands at its prompt
# In the middle of these an exception would leave the file system's own code.
_UNBROKEN = (ops.FLASH_READ, ops.FLASH_WRITE, ops.FLASH_ERASE, ops.TAKE, ops.BORN)


class DeskBoard(Board):
    """Street time goes on while it computes or reads its prompt, so its pace has to be a real one.

    Nobody knows for how long it says nothing, and so nobody waits for it: it is served as it speaks.

    Args:
        write: sends what it prints, byte for byte.
        is_full: whether that cannot follow.

    Attributes:
        booted: set when it has begun to run for the first time.
    """

    def __init__(self, *board: Any, write: Callable[[bytes], None], is_full: Callable[[], bool], **rest: Any):
        super().__init__(*board, **rest)
        self.booted = threading.Event()
        self._write = write
        self._is_full = is_full
        self._keyboard: Keyboard | None = None
        self._early = b""  # typed while it boots: the port's own buffer holds it
        self._heard = 0  # requests
        self._breaking = False
        self._tail = b""
        self._raw = False  # the prompt that was seen last
        self._goes_on_raw = False  # as the prompt that a soft reset was asked for at
        self._remote = False  # the program speaks with a file system at the other end, in bytes

    def typed(self, data: bytes) -> None:
        """Somebody sends this to its console."""
        if not self._keyboard:
            self._early = (self._early + data)[:_EARLY_BYTES] if self._alarm else b""
            return
        while data and self._interpreter and self._keyboard:
            before, ctrl_c, after = data.partition(b"\x03")
            self._keyboard.type(before)
            if ctrl_c and takes_ctrl_c(self._interpreter.pid):
                self._break()
            else:
                self._keyboard.type(ctrl_c)
            data = after
        if self._waiting:
            self._interrupt(ops.IRQ_KEYBOARD, 0)

    def _boot(self, argument: str) -> None:
        self._alarm = None
        self._goes_on_raw = argument == "raw"
        order = Order(self._heap_bytes, "desk", argument, str(self.rom or ""), prompt=True)
        self._interpreter = interpreter = Interpreter(self._forks, order)
        self._scheduler.add_reader(interpreter.sock, self._serve)
        self._scheduler.add_reader(interpreter.console, self._print)

    def _be_born(self, interpreter: Interpreter) -> None:
        """It runs, and hears ctrl-C."""
        self._keyboard = Keyboard(self._scheduler, interpreter)
        if self._goes_on_raw:
            self._keyboard.type(b"\x01")
        early, self._early = self._early, b""
        self.typed(early)
        self.booted.set()

    def _serve(self) -> None:
        interpreter = self._interpreter
        while interpreter and not self._waiting and interpreter.has_spoken():
            request = interpreter.receive()
            if request is None:
                self._ended(interpreter)
            else:
                self._handle(*request)
            if interpreter is not self._interpreter:
                return

    def _handle(self, op: int, a: int, b: int, payload: bytes) -> None:
        if self._breaking and op >= ops.BORN and op not in _UNBROKEN:
            self._breaking = False
            super()._interrupt(ops.IRQ_BREAK, 0)
        self._heard += 1
        super()._handle(op, a, b, payload)
        if op == ops.BORN and self._interpreter:
            self._be_born(self._interpreter)

    def _wait(self, until_us: int) -> None:
        if until_us <= self._scheduler.now_us and not self._records:
            self._wake()  # it only asks for the time
        else:
            super()._wait(until_us)

    def _interrupt(self, kind: int, which: int) -> None:
        if len(self._records) < _MOST_RECORDS * ops.RECORD_BYTES:
            super()._interrupt(kind, which)

    def _break(self) -> None:
        """Ctrl-C, to a program that is to be ended by it."""
        if self._waiting:
            super()._interrupt(ops.IRQ_BREAK, 0)
        elif not self._breaking and self._interpreter:
            self._breaking = True
            self._insist(self._interpreter, self._heard, cpu_s(self._interpreter.pid))

    def _insist(self, interpreter: Interpreter, heard: int, before_s: float) -> None:
        """A signal may hit it while it moves its memory about, so that is for loops that never call."""
        if not self._breaking or interpreter is not self._interpreter:
            return
        now_s = cpu_s(interpreter.pid)
        if not takes_ctrl_c(interpreter.pid):
            self._breaking = False  # it has ended by itself
        elif self._heard == heard and now_s - before_s > _LOOPS_S:
            self._breaking = False
            os.kill(interpreter.pid, signal.SIGINT)
        else:
            since = (heard, before_s) if self._heard == heard else (self._heard, now_s)
            self._scheduler.after(_LOOK_US, self._insist, interpreter, *since)

    def _ended(self, interpreter: Interpreter) -> None:
        """Ctrl-D at the prompt, or the program's own end: on a chip a soft reset."""
        raw = self._raw
        self._end_interpreter()
        self._write(b"MPY: soft reboot\r\n")
        self._restart(SOFT_RESET, 0, "raw" if raw else "")

    def _end_interpreter(self) -> None:
        if self._interpreter:
            self._scheduler.remove_reader(self._interpreter.sock)
            self._scheduler.remove_reader(self._interpreter.console)
        if self._keyboard:
            self._keyboard.close()
        super()._end_interpreter()
        self._keyboard, self._breaking, self._tail = None, False, b""
        self._raw = self._remote = False

    def _print(self) -> None:
        if not self._interpreter or self._is_full():
            return
        printed = self._interpreter.printed()
        for line in self._interpreter.console_lines(printed):
            self._on_console(line)
        self._remote = not takes_ctrl_c(self._interpreter.pid) and (self._remote or _REMOTE in printed)
        self._write(printed if self._remote else crlf(printed, self._tail))
        self._see_prompt(printed)

    def _see_prompt(self, printed: bytes) -> None:
        """A soft reset goes on with the prompt it was asked for at."""
        text = self._tail + printed
        raw, friendly = text.rfind(_RAW), text.rfind(_FRIENDLY)
        if raw != friendly:  # -1 both when neither was printed
            self._raw = raw > friendly
        self._tail = text[-max(len(_RAW), len(_FRIENDLY)) :]
