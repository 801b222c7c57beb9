"""Whoever presses no key for long is logged out; and questions to the store are asked beside its writer."""

import asyncio
import io
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from console_site import PASSWORD, USER
from corolle_gateway import config
from corolle_gateway.app import Gateway
from corolle_gateway.clock import SystemClock
from corolle_gateway.console.users import Users
from corolle_gateway.log import Log
from corolle_gateway.store import database, messages
from corolle_gateway.store.reader import Reader
from gateway_process import free_port
from msgspec.structs import replace
from serial_terminal import Terminal

_IDLE_MIN = 0.05  # less than a configuration may ask for
_CONFIG = """
[gateway]
site = "quai"
name = "gw"
data_dir = "data"
[lorawan]
port = {port}
[broker]
url = "mqtt://127.0.0.1:{nobody}"
[console]
device = "console"
language = "en"
[units]
file = "units.json"
"""


async def _beside(folder: Path, at_the_terminal: Callable[[], None]) -> str:
    """Run a gateway while somebody is at its terminal; its log."""
    path = folder / "gateway.toml"
    ports = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
    path.write_text(_CONFIG.format(port=ports[0], nobody=ports[1]))
    settings = config.load(path)
    settings = replace(settings, console=replace(settings.console, idle_min=_IDLE_MIN))
    log = io.StringIO()
    db = database.connect(folder / "data")
    gateway = Gateway(settings, SystemClock(), Log(time.time, "info", log), db)
    await gateway.start([])
    try:
        await asyncio.to_thread(at_the_terminal)
    finally:
        await gateway.stop()
    return log.getvalue()


def test_no_key_for_long_ends_a_session_and_what_it_was_doing(tmp_path: Path):
    (tmp_path / "data").mkdir()
    Users(tmp_path / "data").put(USER, PASSWORD)
    terminal = Terminal(tmp_path / "console")

    def leave_it() -> None:
        terminal.log_in(USER, PASSWORD)
        terminal.type("log\r")
        terminal.wait("any key ends it.")
        terminal.wait("Logged out: no key was pressed for")
        terminal.wait("login: ")

    try:
        log = asyncio.run(_beside(tmp_path, leave_it))
    finally:
        terminal.unplug()
    assert "event=console_logout user=anne why=idle" in log
    assert PASSWORD not in log


def test_a_reader_sees_what_is_committed_newest_first_and_writes_nothing(tmp_path: Path):
    with closing(database.connect(tmp_path)) as db:
        for number in range(1, 6):
            kind = "event" if number % 2 else "report"
            messages.put(db, number, "lamp-01", kind, f"1-{number}", 1e9 + number, b"%d" % number)
        messages.put(db, 6, "lamp-02", "event", "1-6", 1e9 + 6, b"6")
        reader = Reader(tmp_path)

        def ask(question: Callable[[sqlite3.Connection], object]) -> object:
            return asyncio.run(reader.ask(question))

        assert ask(lambda db: messages.told(db, "lamp-01", ("event",), 2)) == [b"5", b"3"]
        found = ask(lambda db: messages.told(db, "lamp-01", ("event", "report"), 9))
        assert found == [b"5", b"4", b"3", b"2", b"1"]
        assert ask(messages.oldest_queued_s) == 1e9 + 1
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            ask(lambda db: db.execute("DELETE FROM messages"))
