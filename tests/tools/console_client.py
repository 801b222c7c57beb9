"""A program on a terminal of its own, as somebody at a laptop has it; `corolle console` for one."""

import contextlib
import os
import pty
import re
import select
import signal
import time
from pathlib import Path

from street_process import COROLLE

_SEQUENCE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
LEAVE = "\x1d"
_MORE = "-- more -- (space, enter, q)"


class TerminalProgram:
    """Runs from now until `end`; `text` is all it has shown, without escape sequences."""

    def __init__(self, *command: str, env: dict[str, str] | None = None):
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.execve(command[0], command, os.environ | (env or {}))
        self._raw = b""
        self._seen = 0

    @property
    def text(self) -> str:
        """All of it."""
        return _SEQUENCE.sub("", self._raw.decode(errors="replace"))

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._terminal, text.encode())

    def wait(self, wanted: str, wait_s: float = 30.0, other: str | None = None) -> str:
        """What came since the last wait, up to and with this text, or the other one."""
        ways = [each for each in (wanted, other) if each]
        end = time.monotonic() + wait_s
        while not (
            ends := [at + len(each) for each in ways if (at := self.text.find(each, self._seen)) >= 0]
        ):
            if time.monotonic() > end or not self._read(end - time.monotonic()):
                raise AssertionError(f"none of {ways} in {self.text[self._seen :]!r}")
        begun, self._seen = self._seen, min(ends)
        return self.text[begun : self._seen]

    def ask(self, line: str, prompt: str) -> str:
        """What a command answers, page after page."""
        self.type(line + "\r")
        self.wait(f"{line}\r\n")
        told = self.wait(prompt, other=_MORE)
        while told.endswith(_MORE):
            self.type(" ")
            told += self.wait(prompt, other=_MORE)
        return told

    def end(self, wait_s: float = 20.0) -> int:
        """Its exit status, once it has ended; one that does not is killed."""
        end = time.monotonic() + wait_s
        while self._read(max(0.0, end - time.monotonic())):
            pass
        with contextlib.suppress(ProcessLookupError):
            if time.monotonic() > end:
                os.kill(self._pid, signal.SIGKILL)
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def _read(self, wait_s: float) -> bool:
        """False when nothing comes, or it has ended."""
        if not select.select([self._terminal], [], [], max(0.0, wait_s))[0]:
            return False
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # it has ended
            return False
        self._raw += data
        return bool(data)


class ConsoleClient(TerminalProgram):
    """`corolle console` with these options."""

    def __init__(self, *options: str, runtime: Path | None = None):
        env = {"XDG_RUNTIME_DIR": str(runtime)} if runtime else {}
        super().__init__(str(COROLLE), "console", *options, env=env)
