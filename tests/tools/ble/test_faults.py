"""Every way to a unit that does not lead there, and what is said of it."""

import time

import pytest
from ble_site import Site
from ble_unit import CrewsUnit
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError
from corolle_tools.ble import central, visit

_REASONS = BleakBluetoothNotAvailableReason


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (BleakBluetoothNotAvailableError("", _REASONS.NO_BLUETOOTH), "no Bluetooth adapter: plug one in"),
        (BleakBluetoothNotAvailableError("", _REASONS.POWERED_OFF), "switched off: switch it on"),
        (BleakBluetoothNotAvailableError("", _REASONS.NO_BLE_CENTRAL_ROLE), "too old"),
        (BleakBluetoothNotAvailableError("", _REASONS.DENIED_BY_SYSTEM), "may not use Bluetooth"),
        (
            BleakError("adapter 'here' not found"),
            "Bluetooth adapter here cannot be used: adapter 'here' not found",
        ),
        (FileNotFoundError(2, "No such file"), "see that it is there and its service runs"),
        (EOFError(), "Bluetooth adapter here is gone: its service has ended"),
    ],
)
@pytest.mark.parametrize("words", [("scan",), ("show", "lamp-01")])
def test_an_adapter_that_cannot_be_used_is_told_with_what_to_do(
    site: Site, fault, told, words, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(visit, "_REPLUGGED_S", 0.01)
    site.air.fault = fault
    ended = site(*words)
    assert ended.status == 3 and told in ended.err


def test_an_adapter_that_was_gone_is_used_when_it_is_back(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(visit, "_REPLUGGED_S", 0.01)
    site.post()
    site.air.hiccups = [EOFError("the adapter has gone"), EOFError()]
    ended = site("show", "lamp-01")
    assert ended.status == 0 and ended.out.count("firmware") == 1
    assert "adapter here is gone: the adapter has gone; trying again (2 of 3)" in ended.err
    site.air.hiccups = [EOFError(), EOFError()]
    ended = site("show", "lamp-01", "--tries", "2")
    assert ended.status == 3 and "its service has ended; given up after 2 tries" in ended.err


def test_who_is_not_in_range_is_told_with_who_is(site: Site):
    site.write_keys("lamp-01", "lamp-02")
    site.post("lamp-02", rssi_dbm=-71)
    site.post("canopy-01")
    ended = site("show", "lamp-01")
    assert ended.status == 4
    assert (
        "lamp-01 was not heard in 0.3 s, instead: lamp-02 (-71 dBm), 1 of unknown key; go nearer" in ended.err
    )
    site.air.posts.clear()
    assert "nor any other unit" in site("show", "lamp-01").err


def test_who_is_heard_and_does_not_answer_is_told(site: Site):
    site.post(rssi_dbm=-93).reachable = False
    ended = site("show", "lamp-01")
    assert ended.status == 4 and "is heard with -93 dBm and does not answer" in ended.err


def test_a_wrong_key_is_told_and_costs_the_unit_nothing(site: Site):
    post = site.post()
    post.unit.service = CrewsUnit("lamp", "", "00" * 16).service
    ended = site("show", "lamp-01")
    assert ended.status == 5 and "lamp-01 has another key than the keys file" in ended.err
    assert post.unit.door == [0, 0]


def test_a_unit_that_backs_off_says_for_how_long(site: Site):
    post = site.post()
    post.unit.door = [6, round(time.monotonic()) + 40]
    ended = site("show", "lamp-01")
    assert ended.status == 5 and "answers nobody for " in ended.err
    assert 35 <= int(ended.err.partition("nobody for ")[2].split()[0]) <= 41


def test_a_unit_with_whom_somebody_else_is_connected_is_busy(site: Site):
    post = site.post()
    post.busy = True
    ended = site("show", "lamp-01", "--tries", "2")
    assert ended.status == 6 and "somebody else is connected" in ended.err
    assert post.connections == 2, "it may be free a moment later"


def test_a_unit_without_time_is_busy(site: Site):
    site.post().unit.outcomes = {"readings": "busy"}
    ended = site("show", "lamp-01")
    assert ended.status == 6 and "lamp-01 has no time for 'readings' now" in ended.err


@pytest.mark.parametrize(
    ("outcome", "told"),
    [("unknown request", "its firmware is older than this command"), ("not fitted", "it has no such part")],
)
def test_what_a_unit_does_not_do_is_told(site: Site, outcome: str, told: str):
    site.post().unit.outcomes = {"log": outcome}
    ended = site("log", "lamp-01")
    assert ended.status == 1 and f"lamp-01: log: {outcome}: {told}" in ended.err


def test_a_device_without_the_service_is_told(site: Site):
    site.post().unit.talk = ()
    ended = site("show", "lamp-01")
    assert ended.status == 1 and "offers no service for crews" in ended.err


def test_a_connection_that_is_lost_again_and_again_is_given_up(site: Site):
    post = site.post()
    post.lose_after = [2] * 5
    ended = site("show", "lamp-01", "--tries", "2")
    assert ended.status == 7 and "given up after 2 tries" in ended.err
    assert post.connections == 2
    assert ended.out.count("firmware") == 1


def test_who_walks_away_is_told_where_it_stood(site: Site):
    post = site.post(mtu=60)
    post.unit.log = "\n".join(f"event=decision value={n}" for n in range(40))
    post.lose_after = [14]
    post.unit.on_answer = lambda request: site.air.posts.clear()
    ended = site("log", "lamp-01")
    assert ended.status == 7
    assert "bytes of the log are here); then lamp-01 was not heard" in ended.err


def test_silence_is_not_waited_for_for_ever(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(central, "_ANSWER_S", 0.05)
    site.post().silent = True
    ended = site("show", "lamp-01", "--tries", "1")
    assert ended.status == 7 and "fell silent before it was greeted" in ended.err
