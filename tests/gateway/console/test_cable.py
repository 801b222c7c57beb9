"""What a cable does to a gateway, slow, noisy, pulled, with a window that never reads: nothing."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pytest
from console_site import PASSWORD, USER, Site, site
from mqtt_broker import Broker

_ROUNDS, _UPLINKS = 5, 30
_MORE = "-- more -- (space, enter, q)"
_SLOW_BYTES_A_S = 960  # 9600 baud
# LORAWAN.md and the packet forwarder want an answer within 100 ms; a busy test machine has its own delays.
_SLOWER = 1.5
_GRACE_S = 0.02


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory, shared_broker: Broker) -> Iterator[Site]:
    """A console of 9600 baud, at which somebody has logged in."""
    with site(tmp_path_factory.mktemp("slow"), shared_broker.port, "en", 9600, 30) as made:
        made.terminal.log_in(USER, PASSWORD)
        yield made


def _acks_s(site: Site) -> list[float]:
    """How long the gateway takes to acknowledge uplinks; each comes with what makes lines in its log."""
    waits: list[float] = []
    for _ in range(_UPLINKS):
        report = site.lamp.report()
        garbage = bytes((2, 0, 0, 0)) + site.forwarder.eui + b"{"
        for _ in range(4):
            site.forwarder.send(garbage)
        begun = time.monotonic()
        assert site.forwarder.push(report, wait_s=10)
        waits.append(time.monotonic() - begun)
    return waits


@contextmanager
def _live_log(site: Site) -> Iterator[None]:
    site.terminal.type("log level=debug\r")
    site.terminal.wait("any key ends it.")
    yield


def test_a_live_log_over_9600_baud_and_a_window_that_never_reads_slow_no_uplink(slow: Site):
    alone, at_960, unread = [], [], []
    for _ in range(_ROUNDS):  # by turns: a machine is not equally busy all the time
        alone += _acks_s(slow)
        with _live_log(slow):
            slow.terminal.bytes_a_s = _SLOW_BYTES_A_S
            at_960 += _acks_s(slow)
            slow.terminal.bytes_a_s = 0
            unread += _acks_s(slow)
        slow.terminal.bytes_a_s = None
        slow.terminal.type("q")
        slow.terminal.wait("End of the live log.")
        slow.terminal.wait("> ")
    alone_s, at_960_s, unread_s = (median(each) for each in (alone, at_960, unread))
    print(
        "PUSH_ACK in ms, alone, at 9600 baud, unread:",
        *(f"{1e3 * each:.1f}" for each in (alone_s, at_960_s, unread_s)),
    )
    dropped = re.findall(r"\[(\d+) lines dropped: the line is too slow\]", slow.terminal.text)
    assert dropped and sum(map(int, dropped)) > _ROUNDS * _UPLINKS
    assert max(at_960_s, unread_s) < _SLOWER * alone_s + _GRACE_S


def test_what_is_asked_after_that_is_answered_at_once(slow: Site):
    begun = time.monotonic()
    assert "lamp-01" in slow.terminal.ask("unit lamp-01")
    assert time.monotonic() - begun < 10


def test_a_cable_pulled_in_mid_line_ends_the_session_and_the_next_one_begins_anew(slow: Site):
    slow.terminal.type("uni")
    slow.terminal.wait("uni")
    slow.terminal.unplug()
    slow.gateway.wait_log("event=console_logout user=anne why=lost", 20)
    slow.gateway.wait_log("cause=console_unavailable", 20)
    slow.terminal.plug_in()
    told = slow.terminal.log_in(USER, PASSWORD)
    assert "uni" not in told
    assert "lamp-01" in slow.terminal.ask("units lamp-01")
    assert slow.city.wait_rejected("console_lost", 1, 20)


def test_a_cable_pulled_from_a_live_log_leaves_nothing_behind(slow: Site):
    with _live_log(slow):
        slow.terminal.unplug()
    slow.city.wait_rejected("console_lost", 2, 20)
    assert slow.forwarder.push(slow.lamp.report())
    slow.terminal.plug_in()
    slow.terminal.log_in(USER, PASSWORD)


def test_noise_is_counted_and_does_no_harm(slow: Site):
    noise = b"\xff\x00\xc3\x1b\x9b" + os.urandom(700).translate(None, b"\x03\x04\r\n\x0c\t") + b"\x00\x01"
    slow.terminal.type(noise)
    slow.terminal.type("\x1b[D\x15\x03")
    slow.terminal.wait("^C")
    slow.terminal.type("\r")
    slow.terminal.wait("> ")
    assert slow.city.wait_rejected("console_noise", 200, 20)
    assert slow.forwarder.push(slow.lamp.report())
    slow.terminal.type("who\r")
    slow.terminal.wait("anne, logged in")


def test_ctrl_c_is_answered_at_once_however_much_was_pressed_before_it(slow: Site):
    slow.terminal.type("u" * 200 + "\x1b[D" * 600)  # each redraws the line: a minute at 9600 baud
    slow.terminal.wait("uuuu")
    begun = time.monotonic()
    slow.terminal.type("\x03")
    slow.terminal.wait("^C")
    assert time.monotonic() - begun < 10
    slow.terminal.wait("> ")
    assert "anne, logged in" in slow.terminal.ask("who")


def test_a_device_that_is_no_terminal_is_counted_and_the_gateway_runs(tmp_path: Path, shared_broker: Broker):
    with site(tmp_path, shared_broker.port) as made:
        made.terminal.unplug()
        made.terminal.link.write_text("a file")
        made.gateway.wait_log("not a serial port", 20)
        assert made.forwarder.push(made.lamp.report())


def test_a_full_page_waits_for_space_enter_or_q(slow: Site):
    slow.terminal.type("\r")
    slow.terminal.wait("> ")
    slow.terminal.type("units\r")
    first = slow.terminal.wait(_MORE).partition("units\r\n")[2]
    assert "lamp-28" in first and len(first.splitlines()) == 23  # and the one where the cursor stands
    slow.terminal.type("\r")
    assert slow.terminal.wait(_MORE).count("never heard") == 1
    slow.terminal.type(" ")
    assert "32 units, 0 with alarms" in slow.terminal.wait("> ")
    slow.terminal.type("units\r")
    slow.terminal.wait(_MORE)
    slow.terminal.type("q")
    assert "lamp-39" not in slow.terminal.wait("> ")


def test_tab_completes_commands_units_and_what_they_take(slow: Site):
    slow.terminal.type("com\t")
    slow.terminal.wait("command")
    slow.terminal.type("\t")
    slow.terminal.wait("command  commands\r\n")
    slow.terminal.type(" can\tclo\t")
    slow.terminal.wait("command canopy-01 close ")
    slow.terminal.type("\x15")
    slow.terminal.ask("help")
