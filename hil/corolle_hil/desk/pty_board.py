"""One board of `boards/` with its simulated chips, behind a pseudo-terminal of this machine."""

import contextlib
import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from corolle_hil.desk.board import DeskBoard
from corolle_hil.desk.terminal import Terminal
from corolle_hil.fitting import Definition, Surroundings
from corolle_hil.forkserver import ForkServer
from corolle_hil.heap import measure_share
from corolle_hil.mpy import shims_folder
from corolle_hil.pace import Paced
from corolle_hil.scheduler import Scheduler
from corolle_hil.unit import Record, UnitPlan, VirtualUnit
from corolle_hil.world.air import Air
from corolle_hil.world.concentrator import Concentrator
from corolle_hil.world.place import ORIGIN_DEG, Site
from corolle_hil.world.propagation import Position, Propagation
from corolle_hil.world.scenario import ScenarioClimate

# An ESP32-S3 without PSRAM; a program that is not executed in place takes 45 KB of it.
_HEAP_BYTES = 256 * 1024
_ABOVE_GROUND_M = 5.0
_MAST = Site("mast", Position(60.0, 0.0, 12.0))
_BOOT_S = 10.0  # of real time: so long a busy machine may take

Result = TypeVar("Result")


class PtyBoard:
    """A board that mpremote, a terminal program or whoever else speaks serial finds at `port`.

    Its flash lies in `folder` as it was at the last moment, however that came. As a context it lives in a
    thread of its own; `run` lives in the caller's. A pseudo-terminal has no DTR and RTS, so nobody resets it
    by them.

    Args:
        definition: its board.toml.
        port: where the link to the pseudo-terminal is made.
        folder: keeps flash, NVS and the chip's address.
        speed: seconds of the board in a real one.
        gateway: host and UDP port of one; a concentrator near the board brings it what the board sends.
        on_record: called, in the board's own thread, with what its console says.
        forks: makes its interpreter; one of its own without.

    Raises:
        FileExistsError: another board, or something else, is at `port`.
        ValueError: the definition has a driver that no simulated chip answers to.
    """

    def __init__(
        self,
        definition: Definition,
        port: Path,
        folder: Path,
        *,
        speed: float = 1.0,
        gateway: tuple[str, int] | None = None,
        on_record: Callable[[Record], None] = lambda record: None,
        forks: ForkServer | None = None,
    ):
        self.port = port
        self._scheduler = Scheduler(time.time_ns() // 1000, pace=Paced(speed))
        with contextlib.ExitStack() as stack:
            self._forks = forks or stack.enter_context(contextlib.closing(ForkServer(shims_folder())))
            self._terminal = Terminal(self._scheduler, port, lambda data: self._board.typed(data))
            stack.callback(self._terminal.close)
            air = Air(self._scheduler, Propagation(self._scheduler.rng))
            self._unit = self._build(definition, folder, air, on_record)
            stack.callback(self._unit.board.close)
            if gateway:
                stack.callback(self._put_up(air, gateway).close)
            self._asked, self._asking = socket.socketpair()
            stack.enter_context(self._asked)
            stack.enter_context(self._asking)
            self._stack = stack.pop_all()
        self._scheduler.add_reader(self._asked, self._answer)
        self._questions: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self.run, name=f"board at {port}")

    def run(self) -> None:
        """Switch it on and live, until `stop`."""
        self._unit.power_on()
        self._scheduler.run()

    def stop(self) -> None:
        """Let `run` return; from any thread."""
        self._scheduler.stop()

    def close(self) -> None:
        """Switch it off, and take the port away."""
        self._stack.close()

    def __enter__(self) -> "PtyBoard":
        self._thread.start()
        self._board.booted.wait(_BOOT_S)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._thread.join()
        self.close()

    def snapshot(self) -> Record:
        """How its furniture really is. From another thread than the board's, as the next two."""
        return self.ask(lambda: self._unit.snapshot())

    def cut_power(self) -> None:
        """Pull the plug, at whatever the board was doing."""
        self.ask(self._board.power_off)

    def switch_on(self) -> None:
        """Give it power again."""
        self.ask(self._unit.power_on)

    def ask(self, question: Callable[[], Result]) -> Result:
        """Do something in the board's thread; what it raises is raised here."""
        answer: Future[Result] = Future()
        self._questions.append(partial(_resolve, question, answer))
        self._asking.send(b"?")
        return answer.result()

    def _answer(self) -> None:
        self._asked.recv(64)
        while self._questions:
            self._questions.pop(0)()

    @property
    def _board(self) -> Any:
        return self._unit.board

    def _build(
        self, definition: Definition, folder: Path, air: Air, on_record: Callable[[Record], None]
    ) -> VirtualUnit:
        around = Surroundings(self._scheduler, air, ScenarioClimate(self._scheduler.rng), ORIGIN_DEG)
        name = _kept_name(folder, definition["name"])
        plan = UnitPlan(name, definition["unit"], Position(0.0, 0.0, _ABOVE_GROUND_M), definition)
        make = partial(DeskBoard, write=self._terminal.write, is_full=lambda: self._terminal.full)
        heap_bytes = _HEAP_BYTES + measure_share(self._forks)
        return VirtualUnit(plan, around, self._forks, folder, heap_bytes, on_record, make)

    def _put_up(self, air: Air, gateway: tuple[str, int]) -> Concentrator:
        eui = hashlib.sha256(str(self.port.absolute()).encode()).digest()[:8]
        return Concentrator(self._scheduler, air, _MAST, eui, gateway)


def _resolve(question: Callable[[], Result], answer: "Future[Result]") -> None:
    try:
        answer.set_result(question())
    except Exception as error:  # noqa: BLE001 - it is raised where it was asked
        answer.set_exception(error)


def _kept_name(folder: Path, board: str) -> str:
    """What tells this board from all others; its chip's address is made of it."""
    kept = folder / "name"
    if not kept.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept.write_text(f"{board}-{os.urandom(4).hex()}")
    return kept.read_text()
