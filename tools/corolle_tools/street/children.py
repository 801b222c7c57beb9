"""Programs that run beside the world: started, watched, started again when they die, and ended together."""

import shutil
import subprocess
import threading
import time
from pathlib import Path

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 10.0
_PATIENCE_S = 5.0  # how long a program may take to end when asked to
_LOOK_AGAIN_S = 0.2
_TAIL_LINES = 5


class Child:
    """A program under supervision. Its output goes to a log file."""

    def __init__(self, name: str, command: list[str], log: Path, keeps_open: int):
        """`keeps_open`: a file descriptor the program inherits (the folder's lock)."""
        self.name = name
        self.restarts = 0
        self._command = _ended_with_its_parent(command)
        self._log = log
        log.touch(mode=0o600)
        self._said_before = log.stat().st_size  # in earlier runs
        self._keeps_open = keeps_open
        self._process: subprocess.Popen | None = None
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name=name, daemon=True)

    def start(self) -> None:
        """Run the program, from now until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """End the program; one that does not listen is killed."""
        self._leaving.set()
        deadline = time.monotonic() + _PATIENCE_S
        while self._thread.is_alive():
            if process := self._process:
                (process.terminate if time.monotonic() < deadline else process.kill)()
            self._thread.join(_LOOK_AGAIN_S)

    def last_words(self) -> str:
        """The end of what it has said since its start: what to show when it does not come up."""
        with open(self._log, "rb") as log:
            log.seek(self._said_before)
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-_TAIL_LINES:])

    def _supervise(self) -> None:
        """Start the program again whenever it ends; a second death soon after waits longer."""
        pause_s = _FIRST_PAUSE_S
        while not self._leaving.is_set():
            began = time.monotonic()
            with open(self._log, "ab") as log:
                self._process = subprocess.Popen(
                    self._command,
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    pass_fds=(self._keeps_open,),
                    start_new_session=True,  # ctrl-C is for the street, which ends them in order
                )
            self._process.wait()
            pause_s = _FIRST_PAUSE_S if time.monotonic() - began > _LONGEST_PAUSE_S else pause_s * 2
            if not self._leaving.wait(min(pause_s, _LONGEST_PAUSE_S)):
                self.restarts += 1


def _ended_with_its_parent(command: list[str]) -> list[str]:
    """On Linux, have the kernel end the program when the street is killed and cannot do so itself.

    The kernel watches the thread that started it: hence a supervisor that lives as long as its street.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", *command] if setpriv else command
