"""The life of a street until its end or ctrl-C: records to the ledger, moments to the spectator."""

import os
import queue
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from corolle_tools.running import RunningStreet
from corolle_tools.street import gateway
from corolle_tools.street.ledger import Ledger, Record
from corolle_tools.street.plan import SITE
from corolle_tools.street.spectators import Spectator
from corolle_tools.street.stage import Stage
from corolle_tools.street.view import Facts

_MOMENT_S = 0.25  # between two looks of a spectator
_QUIET_S = 1.5  # when nothing has come for so long, nothing comes: the gateway tells its counts each second
_LONGEST_TAIL_S = 5.0


class Run:
    """A street on its stage, lived through once."""

    def __init__(self, stage: Stage, speed: float):
        self.ledger = Ledger(stage.world.units)
        self._stage = stage
        self._speed = speed
        self._began_s = time.monotonic()
        self._failure: BaseException | None = None

    def facts(self) -> Facts:
        """What a view tells beside the ledger."""
        self.ledger.now_s = self._stage.world.now_s
        world = self._stage.world.counters()
        lived_s = time.monotonic() - self._began_s
        console = f" {self._stage.cable.crew_end}: {gateway.CREW}, {self._stage.password} "
        broker = str(self._stage.broker)
        return Facts(self._speed, broker, world, self._stage.gateway.restarts, lived_s, console)

    def live(self, seconds: float | None, spectator: Spectator) -> Record:
        """Let it live for so many seconds of its own time, or until ctrl-C; returns the sum.

        Raises what ended the world, when it was not the end it should have.
        """
        self._take_waiting()
        self.ledger.begin()
        self._announcement().announce(self._stage.folder.path)
        world = threading.Thread(target=self._live_world, args=(seconds,), name="world")
        with _CtrlC(self._stage.world.stop):
            world.start()
            spectator.open()
            while world.is_alive():
                self._attend(spectator, _MOMENT_S)
                spectator.moment()
        self._hear_the_rest(spectator)
        self._announcement().withdraw(self._stage.folder.path)
        if self._failure:
            raise self._failure
        summary = self.ledger.summary(self._stage.world.counters(), {"gateway": self._stage.gateway.restarts})
        spectator.close(summary)
        return summary

    def _live_world(self, seconds: float | None) -> None:
        try:
            self._stage.world.run(seconds)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self._failure = error

    def _take_waiting(self) -> None:
        """What came while the stage was set: the gateway's first status."""
        while not self._stage.records.empty():
            self.ledger.take(self._stage.records.get())

    def _attend(self, spectator: Spectator, moment_s: float) -> bool:
        """Pass on what happens within a moment; says whether anything did."""
        deadline, happened = time.monotonic() + moment_s, False
        while (left_s := deadline - time.monotonic()) > 0:
            try:
                record = self._stage.records.get(timeout=left_s)
            except queue.Empty:
                break
            happened = True
            self.ledger.take(record)
            spectator.record(record)
        return happened

    def _hear_the_rest(self, spectator: Spectator) -> None:
        """Time stands still in the street; what is on its way to the city still arrives."""
        deadline = time.monotonic() + _LONGEST_TAIL_S
        while self._attend(spectator, _QUIET_S) and time.monotonic() < deadline:
            pass

    def _announcement(self) -> RunningStreet:
        kinds = {unit.name: unit.kind for unit in self._stage.world.units}
        adapters = self._stage.world.adapters
        laptop = str(adapters.laptop.path) if adapters else None
        return RunningStreet(
            os.getpid(),
            str(self._stage.broker),
            SITE,
            gateway.NAME,
            self._speed,
            str(self._stage.folder.clock.absolute()),
            kinds,
            laptop,
            str(self._stage.cable.crew_end),
        )


class _CtrlC:
    """While it is entered, ctrl-C and SIGTERM call `stop` instead of tearing the program apart."""

    def __init__(self, stop: Callable[[], None]):
        self._stop = stop
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, lambda *_: self._stop())

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
