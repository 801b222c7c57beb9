"""The unit files: systemd takes them, and finds them little exposed; the gateway speaks its protocol."""

import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from corolle_gateway.service.notify import Notifier
from gateway_street import Street
from radio_device import Device

_UNITS = Path(__file__).parents[3] / "gateway" / "systemd"
_SERVICE = "corolle-gateway.service"
_DROP_INS = sorted(path.stem for path in (_UNITS / "drop-ins").iterdir())
_MOST_EXPOSED = {(): 1.3, ("console",): 1.5, ("bluetooth",): 1.4, ("bluetooth", "console"): 1.6}

with_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")


def _installed(folder: Path, drop_ins: tuple[str, ...]) -> Path:
    """The unit and some drop-ins as in /etc/systemd/system, the gateway where it is on this machine."""
    text = (_UNITS / _SERVICE).read_text()
    gateway = Path(sys.executable).parent / "corolle-gateway"
    path = folder / _SERVICE
    path.write_text(text.replace("/opt/corolle/bin/corolle-gateway", str(gateway)))
    more = folder / f"{_SERVICE}.d"
    more.mkdir()
    for name in drop_ins:
        shutil.copy(_UNITS / "drop-ins" / f"{name}.conf", more)
    return path


def _analyze(*words: object) -> str:
    command = ["systemd-analyze", *map(str, words)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


@with_systemd
@pytest.mark.parametrize("drop_ins", _MOST_EXPOSED, ids="+".join)
def test_systemd_takes_the_unit_and_finds_it_little_exposed(tmp_path: Path, drop_ins: tuple[str, ...]):
    path = _installed(tmp_path, drop_ins)
    assert _analyze("verify", path) == ""
    if drop_ins:  # `security` reads no drop-ins of a file outside the search path
        merged = [
            path.read_text(),
            *((tmp_path / f"{_SERVICE}.d" / f"{name}.conf").read_text() for name in drop_ins),
        ]
        path.write_text("\n".join(merged))
    told = _analyze("security", "--offline=true", "--no-pager", path)
    print(told)
    exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", told)
    assert exposure
    assert float(exposure[1]) <= _MOST_EXPOSED[drop_ins]


@with_systemd
def test_systemd_would_tell_of_a_wrong_unit(tmp_path: Path):
    path = _installed(tmp_path, ())
    path.write_text(path.read_text().replace("Type=notify", "Type=notified"))
    assert "Failed to parse service type, ignoring: notified" in _analyze("verify", path)


def test_every_drop_in_is_among_those_that_are_looked_at():
    assert {name for names in _MOST_EXPOSED for name in names} == set(_DROP_INS)


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What systemd listens on; whoever is started now is told where."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(15)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        yield listening


def _facts(manager: socket.socket) -> dict[str, str]:
    lines = manager.recv(4096).decode().splitlines()
    return dict(line.split("=", 1) for line in lines)


def _drained(manager: socket.socket) -> list[bytes]:
    """What was told until now."""
    manager.setblocking(False)
    told = []
    try:
        while True:
            told.append(manager.recv(4096))
    except BlockingIOError:
        return told
    finally:
        manager.settimeout(15)


def test_the_gateway_says_when_it_is_ready_and_how_it_is(
    street: Street, manager: socket.socket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WATCHDOG_USEC", "900000")
    gateway = street.gateway(Device("lamp-1"))
    while _facts(manager) != {"READY": "1"}:
        pass
    assert "event=started" in gateway.log.read_text()
    assert manager.recv(4096)
    facts = _facts(manager)
    while "broker connected" not in facts.get("STATUS", ""):
        facts = _facts(manager)
    assert facts["WATCHDOG"] == "1" and facts["STATUS"].startswith("1 units, 1 silent; broker connected")
    assert gateway.stop() == 0


def test_the_watchdog_starves_while_the_writer_gets_no_answer(
    street: Street, manager: socket.socket, monkeypatch: pytest.MonkeyPatch
):
    """Another process holds the database's lock: what hangs on the disk hangs here."""
    monkeypatch.setenv("WATCHDOG_USEC", "300000")
    gateway = street.gateway(Device("lamp-1"))
    while "WATCHDOG" not in _facts(manager):
        pass
    with closing(sqlite3.connect(gateway.database, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        time.sleep(0.3)  # one that was under way
        _drained(manager)
        time.sleep(1.5)
        assert not _drained(manager)
        db.execute("ROLLBACK")
    assert _facts(manager)["WATCHDOG"] == "1"


def test_without_systemd_nothing_is_told():
    assert Notifier({}).watchdog_s is None
    Notifier({}).tell(READY=1)


def test_a_watchdog_of_another_process_is_none_of_ours():
    assert Notifier({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}).watchdog_s is None
    assert Notifier({"WATCHDOG_USEC": "30000000"}).watchdog_s == 30.0


def test_an_abstract_socket_is_found_and_one_that_is_full_holds_up_nobody():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0corolle-test-{time.monotonic_ns()}")
        notifier = Notifier({"NOTIFY_SOCKET": "@" + listening.getsockname()[1:].decode()})
        for _ in range(5000):
            notifier.tell(WATCHDOG=1, STATUS="x" * 500)
        assert listening.recv(4096).startswith(b"WATCHDOG=1\nSTATUS=xxx")
        notifier.close()
