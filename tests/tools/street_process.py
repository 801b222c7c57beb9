"""A street as its user starts it, read as JSON lines."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corolle_tools.app import app
from typer.testing import CliRunner, Result

Record = dict[str, Any]
COROLLE = Path(sys.executable).parent / "corolle"


class StreetProcess:
    """`corolle street --json` with these options, from now until `end`; keeps all it says."""

    def __init__(self, state: Path, *options: str):
        self.state = state
        self.records: list[Record] = []
        self._news = threading.Condition()
        self._ended = False
        self._process = subprocess.Popen(
            [COROLLE, "street", "--json", "--state", str(state), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"XDG_RUNTIME_DIR": str(state.parent)},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(
        self, wanted: Callable[[Record], bool], timeout_s: float = 90, count: int = 1
    ) -> list[Record]:
        """The records wanted, as soon as there are so many of them. Raises AssertionError after a time."""
        with self._news:
            self._news.wait_for(lambda: self._ended or len(self._found(wanted)) >= count, timeout_s)
        found = self._found(wanted)
        assert len(found) >= count, f"{len(found)} of {count} came in {timeout_s} s: {self.records[-3:]}"
        return found

    def end(self, by: signal.Signals | None = signal.SIGINT, timeout_s: float = 60) -> tuple[int, Record]:
        """End it (None: wait for its own end); its exit status and its last line."""
        if by is not None:
            self._process.send_signal(by)
        status = self._process.wait(timeout_s)
        self._reader.join(timeout_s)
        assert self._process.stderr is not None
        said = self._process.stderr.read()
        assert not said, said
        return status, self.records[-1]

    def corolle(self, *words: str) -> Result:
        """A command to this street, in this process: while another one begins, minutes pass there."""
        return CliRunner().invoke(app, [*words, "--state", str(self.state)])

    def command(self, *words: str) -> Result:
        """`corolle command` to it."""
        return self.corolle("command", *words)

    def gateway_pid(self) -> int:
        """The process of its gateway."""
        configuration = str(self.state / "gateway.toml").encode()
        (pid,) = (pid for pid in _pids() if configuration in _command_line(pid))
        return pid

    def _found(self, wanted: Callable[[Record], bool]) -> list[Record]:
        return [record for record in list(self.records) if wanted(record)]

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                self.records.append(json.loads(line))
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _command_line(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:  # it has ended meanwhile
        return []


def is_report_of(unit: str) -> Callable[[Record], bool]:
    """Whether a record is a report of that unit, as the city heard it."""
    return lambda record: record["type"] == "report" and record["unit"] == unit


def is_near(unit: str) -> Callable[[Record], bool]:
    """Whether a record is what the gateway heard of that unit's adverts."""
    return lambda record: record["type"] == "reading" and record["unit"] == unit


def is_event(event: str) -> Callable[[Record], bool]:
    """Whether a record is that event, as a node told it on its console."""
    return lambda record: record.get("event") == event and record.get("source") != "city"
