"""Programs beside the street: kept alive, counted, ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from corolle_tools.street.children import Child

_TELLS_ITS_PID = "import os, sys, time; print(os.getpid(), flush=True); time.sleep(60)"
_DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + _TELLS_ITS_PID


def _until(condition: Callable[[], object], timeout_s: float = 20) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(condition())


def _pids(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "child.log"
    yield path
    assert _until(lambda: not any(_alive(pid) for pid in _pids(path))), "a child was left behind"


def _child(script: str, log: Path) -> Child:
    with open(os.devnull) as nothing:
        child = Child("sleeper", [sys.executable, "-c", script], log, os.dup(nothing.fileno()))
    child.start()
    assert _until(lambda: _pids(log))
    return child


def test_a_program_that_is_killed_starts_again_and_is_counted(log: Path):
    child = _child(_TELLS_ITS_PID, log)
    os.kill(_pids(log)[0], signal.SIGKILL)
    assert _until(lambda: len(_pids(log)) == 2)
    assert child.restarts == 1
    child.stop()
    assert not _alive(_pids(log)[1])


def test_a_program_that_does_not_listen_is_killed(log: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("corolle_tools.street.children._PATIENCE_S", 0.3)
    child = _child(_DEAF, log)
    child.stop()
    assert not _alive(_pids(log)[0])


def test_a_program_that_cannot_run_is_tried_ever_more_seldom_and_its_last_words_are_kept(log: Path):
    child = Child("faulty", [sys.executable, "-c", "raise SystemExit('no such port')"], log, 2)
    begun_s = time.monotonic()
    child.start()
    assert _until(lambda: child.restarts == 2)
    assert time.monotonic() - begun_s > 0.4 + 0.8  # each pause is twice as long as the one before
    child.stop()
    assert child.last_words().splitlines()[-1] == "no such port"
    log.unlink()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel of Linux does this")
def test_a_program_ends_when_its_street_is_killed(log: Path):
    script = (
        "import sys, time; from pathlib import Path; from corolle_tools.street.children import Child\n"
        f"Child('sleeper', [sys.executable, '-c', {_TELLS_ITS_PID!r}], Path({str(log)!r}), 2).start()\n"
        "time.sleep(60)"
    )
    street = subprocess.Popen([sys.executable, "-c", script])
    assert _until(lambda: _pids(log))
    street.kill()
    street.wait()
    assert _until(lambda: not _alive(_pids(log)[0]))
