"""`corolle ble` against units that speak by the node's own session code: each verb, each way it ends."""

import itertools
import json
import os
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ble_air import Air, Post
from ble_unit import CrewsUnit
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakError,
)
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.settings import rows
from corolle_tools.app import app
from corolle_tools.ble import central
from corolle_tools.identity import Identity
from corolle_tools.private_file import write_private
from typer.testing import CliRunner

_ADDRESS = "C0:FF:EE:00:00:0{}"


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


class Site:
    """A site with one lamp and what is about it, and a laptop."""

    def __init__(self, folder: Path):
        kinds = {"lamp-01": "lamp", "lamp-02": "lamp", "canopy-01": "canopy", "canopy-02": "canopy"}
        self.identities = {name: Identity.make(name, kind, "yard", 43.6, 1.4) for name, kind in kinds.items()}
        self.keys = folder / "units.json"
        self.write_keys(*self.identities)
        self.air = Air()
        Air.named = {"here": self.air}

    def write_keys(self, *names: str) -> None:
        """Keep these units' keys only."""
        write_private(self.keys, {"units": [self.identities[name].registry_entry() for name in names]})

    def post(self, name: str = "lamp-01", kind: str = "", **how: Any) -> Post:
        """Put a unit up."""
        identity = self.identities[name]
        unit = CrewsUnit(kind or identity.kind, identity.dev_eui, identity.app_key)
        self.air.posts.append(Post(unit, _ADDRESS.format(len(self.air.posts)), **how))
        return self.air.posts[-1]

    def __call__(self, *words: str, keys: bool = True) -> Ended:
        """Run `corolle ble` with these words, against this air."""
        how = ["--backend", "ble_air:Backend", "--adapter", "here"]
        how += ["--keys", str(self.keys)] if keys else []
        how += ["--wait", "0.3"] if words[0] != "scan" else ["--seconds", "0.1"]
        ran = CliRunner().invoke(app, ["ble", words[0], *how, *words[1:]], env={"COLUMNS": "200"})
        assert not isinstance(ran.exception, Exception), ran.exception
        for identity in self.identities.values():
            assert identity.app_key not in ran.output
        return Ended(ran.exit_code, ran.stdout, ran.stderr)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def _objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


# scan


def test_scan_lists_units_loudest_first_with_what_they_measure(site: Site):
    site.post("lamp-02", rssi_dbm=-80)
    site.post("lamp-01", rssi_dbm=-50)
    ended = site("scan")
    assert ended.status == 0
    lines = [line.split() for line in ended.out.splitlines()]
    assert lines[0] == ["unit", "kind", "dBm", "battery", "firmware", "readings"]
    assert [line[:6] for line in lines[1:3]] == [
        ["lamp-01", "lamp", "-50", "80", "%", "0.2.1"],
        ["lamp-02", "lamp", "-80", "80", "%", "0.2.1"],
    ]
    assert "temperature 21.5 Cel, power 17.2 W" in ended.out


def test_a_unit_whose_key_is_not_here_is_seen_and_not_read(site: Site):
    site.write_keys("lamp-02")
    site.post("lamp-01")
    site.post("lamp-02", rssi_dbm=-70)
    unknown, known = _objects(site("scan", "--json").out)
    assert unknown["unit"] is unknown["readings"] is unknown["kind"] is None
    assert unknown["address"] == _ADDRESS.format(0)
    assert known["unit"] == "lamp-02" and known["readings"]["temperature"] == 21.5
    assert "key unknown" in site("scan").out
    assert "key unknown" in site("scan", keys=False).out


def test_other_people_s_adverts_are_no_units(site: Site):
    advert = AdvertisementData("tv", {6: b"x"}, {}, [], None, -40, ())
    clear = AdvertisementData(
        None, {}, {"0000fcd2-0000-1000-8000-00805f9b34fb": b"\x40\x02\x01"}, [], None, -40, ()
    )
    site.air.others = [(BLEDevice("AA:AA:AA:AA:AA:AA", "tv", None), advert)]
    site.air.others += [(BLEDevice("AA:AA:AA:AA:AA:AB", "sensor", None), clear)]
    ended = site("scan")
    assert ended.status == 0 and "AA:AA" not in ended.out and "no unit in range" in ended.out


# show


def test_show_tells_who_it_is_what_it_does_and_why(site: Site):
    post = site.post()
    post.unit.settings.set("base_pct", 25)
    ended = site("show", "lamp-01")
    assert ended.status == 0, ended.err
    assert f"lamp-01: lamp, DevEUI {site.identities['lamp-01'].dev_eui}, firmware 0.2.1" in ended.out
    assert "level 40 %, because: schedule" in ended.out
    assert "faults: sensorFault" in ended.out
    assert "17.2 W" in ended.out and "power drawn" in ended.out
    assert "clock: 2030-03-17 17:46:40 UTC" in ended.out and "ahead of this machine's" in ended.out
    assert "base_pct" in ended.out and "25 %" in ended.out and "default 10" in ended.out
    assert "hold_s" not in ended.out
    assert "fault.tilt" in ended.out, "the report has no room for it, its own test has"


def test_show_for_machines(site: Site):
    site.post("canopy-01")
    identity, report, clock, test, settings = _objects(site("show", "canopy-01", "--json").out)
    assert (identity["type"], identity["kind"], identity["firmware"]) == ("identity", "canopy", "0.2.1")
    assert report["valve_open"] == 1 and report["reason"] == "schedule" and report["soil1_vwc_pct"] == 24.2
    assert clock["time_s"] == 1_900_000_000
    assert test["found"] == {"clock": "network", "fault.tilt": "present", "lorawan": "joined"}
    assert settings["changed"] == {}


def test_a_unit_is_found_by_its_dev_eui_and_by_its_address(site: Site):
    site.post()
    dev_eui = site.identities["lamp-01"].dev_eui
    assert f"DevEUI {dev_eui}" in site("show", dev_eui.upper()).out
    assert "because: schedule" in site("show", _ADDRESS.format(0).lower()).out


def test_without_a_key_the_identity_is_shown_and_nothing_else(site: Site):
    site.post()
    ended = site("show", _ADDRESS.format(0), keys=False)
    assert ended.status == 0
    assert "firmware 0.2.1" in ended.out and "because" not in ended.out
    assert "--keys units.json" in ended.err
    site.write_keys("lamp-02")
    assert "the keys file has no unit" in site("show", _ADDRESS.format(0)).err


def test_a_unit_that_does_not_know_the_time_says_so(site: Site):
    site.post().unit.now_s = 0
    assert "it does not know the time" in site("show", "lamp-01").out


# command


def test_an_order_is_given_and_answered_with_a_reason(site: Site):
    post = site.post()
    ended = site("command", "lamp-01", "level", "80", "--for", "1h", "--author", "paul")
    assert (ended.status, ended.out) == (0, "lamp-01: accepted; level 80 %, because: override\n")
    (order,) = post.unit.given
    assert (order["value"], order["until_s"], order["author"]) == (80, 1_900_003_600, "paul")


def test_an_order_until_a_time_of_day_ends_at_the_next_such_moment(site: Site):
    post = site.post()
    post.unit.now_s = round(time.time())
    assert site("command", "lamp-01", "level", "80", "--until", "23:10").status == 0
    until_s = post.unit.given[0]["until_s"]
    assert time.strftime("%H:%M:%S", time.localtime(until_s)) == "23:10:00"
    assert 0 < until_s - time.time() <= 86400 + 3600


@pytest.mark.parametrize(
    ("unit", "words", "told"),
    [
        ("lamp-01", ("level", "101"), "level 101 is out of range: 0..100 %"),
        ("lamp-01", ("level",), "level needs a value: 0..100 %"),
        ("lamp-01", ("auto", "3"), "auto takes no value"),
        ("lamp-01", ("open", "10"), "a lamp has no verb 'open': it has auto, cap, learn, level, report"),
        ("canopy-01", ("open", "1801"), "open 1801 is out of range: 1..1800 s"),
        ("lamp-01", ("auto", "--author", "somebody with a long name"), "author = "),
        ("lamp-01", ("auto", "--for", "soon"), "'soon' is not a length of time like 90s"),
        ("lamp-01", ("auto", "--until", "25:00"), "'25:00' is not a time of day like 23:10"),
        ("lamp-09", ("auto",), "no key of a unit 'lamp-09': there are lamp-01, lamp-02, canopy-01"),
    ],
)
def test_an_order_that_cannot_be_given_is_refused_before_anybody_is_called(site: Site, unit, words, told):
    post = site.post("canopy-01" if unit == "canopy-01" else "lamp-01")
    ended = site("command", unit, *words)
    assert (ended.status, ended.out) == (2, "") and told in ended.err
    assert not post.connections


def test_an_order_to_an_address_is_checked_as_soon_as_its_kind_is_known(site: Site):
    post = site.post()
    ended = site("command", _ADDRESS.format(0), "open", "10")
    assert ended.status == 2 and "a lamp has no verb 'open'" in ended.err
    assert not post.unit.given


def test_a_refusal_is_told_with_its_reason_and_what_to_do(site: Site):
    post = site.post()
    post.unit.now_s = 0
    ended = site("command", "lamp-01", "level", "80")
    assert ended.status == 1
    assert "clock unknown (it does not know the time: --set-clock" in ended.out
    assert "level 40 %, because: schedule" in ended.out
    assert site("command", "lamp-01", "level", "80", "--set-clock").status == 0
    assert abs(post.unit.now_s - time.time()) < 60


def test_an_answer_for_machines(site: Site):
    site.post().unit.verdict = "refused"
    ended = site("command", "lamp-01", "level", "80", "--json")
    assert ended.status == 1
    assert _objects(ended.out) == [
        {"unit": "lamp-01", "verdict": "refused", "reason": "schedule", "value": 40}
    ]


def test_an_order_whose_answer_was_lost_is_repeated_to_the_letter(site: Site):
    post = site.post()
    asked: list[str] = []
    post.unit.on_answer = asked.append
    post.lose_after = [3]  # challenge, accepted, time: the answer to the order does not get through
    ended = site("command", "lamp-01", "level", "80")
    assert ended.status == 0, ended.err
    assert "trying again (2 of 3)" in ended.err
    assert asked == ["time", "command", "command"]
    assert post.unit.given[0] == post.unit.given[1]  # so a node knows it again, and carries it out once


# settings


def test_settings_are_shown_with_range_and_meaning(site: Site):
    site.post().unit.settings.set("hold_s", 90)
    ended = site("settings", "lamp-01", "hold_s", "base_pct")
    assert ended.status == 0
    base, hold = [" ".join(line.split()) for line in ended.out.splitlines()[1:]]
    assert hold == "hold_s 90 s 60 5..900 s light stays so long after a pedestrian's last movement"
    assert base.startswith("base_pct 10 % 10 0..100 % level at night")
    assert len(site("settings", "lamp-01").out.splitlines()) == LAMP_SETTINGS.count("\n")


def test_settings_are_changed_read_back_and_compared(site: Site):
    post = site.post()
    ended = site("settings", "lamp-01", "base_pct=25", "hold_s=90")
    assert ended.status == 0, ended.err
    assert (post.unit.settings["base_pct"], post.unit.settings["hold_s"]) == (25, 90)
    assert "10 -> 25 %" in ended.out
    digest = f"{post.unit.settings.hash():08x}"
    assert f"desired {digest}, reported {digest}: agreed" in ended.out


def test_a_setting_that_is_already_so_is_not_sent(site: Site):
    post = site.post()
    asked: list[str] = []
    post.unit.on_answer = asked.append
    assert site("settings", "lamp-01", "base_pct=10").status == 0
    assert "set" not in asked


def test_settings_for_machines_end_with_the_hash(site: Site):
    post = site.post("canopy-01", kind="misting canopy")
    *settings, last = _objects(site("settings", "canopy-01", "mist_on_s=30", "--json").out)
    assert settings == [
        {
            "type": "setting",
            "value": 30,
            "name": "mist_on_s",
            "default": 20,
            "lowest": 5,
            "highest": 120,
            "unit": "s",
            "meaning": "length of a burst",
        }
    ]
    assert last == {
        "type": "hash",
        "desired": post.unit.settings.hash(),
        "reported": post.unit.settings.hash(),
        "agreed": True,
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("base_pct=101",), "base_pct=101 is out of range: 0..100 %, default 10"),
        (("base_pct=25", "hold_s=2"), "hold_s=2 is out of range: 5..900 s, default 60"),
        (("base=10",), "a lamp has no setting 'base': base_pct?"),
        (("hold",), "a lamp has no setting 'hold': hold_s"),
        (("base_pct=x",), "'base_pct=x' is not NAME=VALUE with a whole number"),
    ],
)
def test_nothing_is_sent_when_one_setting_is_wrong(site: Site, words, told):
    post = site.post()
    ended = site("settings", "lamp-01", *words)
    assert (ended.status, ended.out) == (2, "") and told in ended.err
    assert not post.connections


def test_a_canopy_without_mist_is_not_set_to_mist(site: Site):
    site.post("canopy-01")
    ended = site("settings", "canopy-01", "mist_on_s=30")
    assert ended.status == 2 and "canopy-01 has no part that mist_on_s could set" in ended.err


def test_a_unit_that_runs_otherwise_than_wanted_is_found_out(site: Site):
    post = site.post()
    put = post.unit.settings.set
    post.unit.settings.set = lambda name, value: put(name, value + 1)
    ended = site("settings", "lamp-01", "base_pct=25")
    assert ended.status == 1
    assert "NOT agreed" in ended.out and "runs otherwise: base_pct" in ended.err


def test_what_the_unit_refuses_is_told_in_its_words(site: Site):
    post = site.post()

    def full(name: str, value: int) -> None:
        raise ValueError("flash refuses")

    post.unit.settings.set = full
    ended = site("settings", "lamp-01", "base_pct=25")
    assert ended.status == 1 and "lamp-01: set: refused: flash refuses" in ended.err


def test_many_settings_go_in_several_messages(site: Site):
    post = site.post("canopy-01", kind="misting canopy")
    words = [f"{row[0]}={row[2]}" for row in _rows(post) if row[2] != row[1]]
    assert len(words) > 50
    ended = site("settings", "canopy-01", *words)
    assert ended.status == 0, ended.err
    assert all(post.unit.settings[row[0]] == row[2] for row in _rows(post))


def _rows(post: Post) -> list:
    return list(rows(*post.unit.tables))


# log


_LINES = "\n".join(f"t=2030-03-17T17:46:{n:02d}Z level=info event=decision value={n}" for n in range(18))


def test_the_log_and_the_last_crash_are_printed(site: Site):
    post = site.post(mtu=23)
    post.unit.log = _LINES
    post.unit.crash = "Traceback (most recent call last):\nOSError: 5"
    ended = site("log", "lamp-01")
    assert (ended.status, ended.out) == (0, f"{_LINES}\n--- last crash\n{post.unit.crash}\n")
    assert "23 bytes at a time (MTU)" in ended.err
    assert "crash" not in site("log", "lamp-01", "--no-crash").out


def test_no_crash_is_said(site: Site):
    site.post().unit.log = "one"
    assert site("log", "lamp-01").out == "one\n--- no crash is kept\n"


def test_a_log_that_loses_its_oldest_lines_meanwhile_is_read_anew_and_not_spliced(site: Site):
    unit = site.post().unit
    unit.log = _LINES
    later = _LINES.partition("\n")[2] + "\nt=2030-03-17T17:47:00Z level=info event=late"
    asked = itertools.count()

    def grow(request: str) -> None:
        if next(asked) == 1:
            unit.log = later

    unit.on_answer = grow
    assert site("log", "lamp-01", "--no-crash").out == later + "\n"


def test_a_log_that_never_holds_still_is_given_up(site: Site):
    unit = site.post().unit
    asked = itertools.count()

    def churn(request: str) -> None:
        unit.log = "\n".join(f"{next(asked)} line" for _ in range(150))

    unit.on_answer = churn
    ended = site("log", "lamp-01")
    assert ended.status == 1 and "changes faster than it is read" in ended.err


def test_a_lost_transfer_goes_on_where_it_stood(site: Site):
    post = site.post(mtu=60)
    post.unit.log = _LINES
    frames = 2 + -(-405 // 50)  # greeting, the first page
    post.lose_after = [frames + 4]
    asked: list[str] = []
    post.unit.on_answer = asked.append
    ended = site("log", "lamp-01", "--no-crash")
    assert (ended.status, ended.out) == (0, _LINES + "\n")
    assert "(400 bytes of the log are here); trying again (2 of 3)" in ended.err
    assert len(asked) == 4, "of three pages the second was asked for once more, the first was not"


def test_control_characters_do_not_reach_the_terminal(site: Site):
    site.post().unit.log = "event=\x1b[2Jevil"
    assert "\x1b" not in site("log", "lamp-01").out


# Bluetooth and the way


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
    ],
)
@pytest.mark.parametrize("words", [("scan",), ("show", "lamp-01")])
def test_an_adapter_that_cannot_be_used_is_told_with_what_to_do(site: Site, fault, told, words):
    site.air.fault = fault
    ended = site(*words)
    assert ended.status == 3 and told in ended.err


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
    site.post().busy = True
    ended = site("show", "lamp-01")
    assert ended.status == 6 and "somebody else is connected" in ended.err


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
    post.unit.log = _LINES
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


# Keys


@pytest.mark.parametrize(("mode", "status"), [(0o600, 0), (0o640, 0), (0o644, 2), (0o606, 2)])
def test_keys_that_everybody_may_read_are_refused(site: Site, mode: int, status: int):
    site.post()
    os.chmod(site.keys, mode)
    ended = site("show", "lamp-01")
    assert ended.status == status
    assert ("chmod 600" in ended.err) == bool(status)


def test_keys_come_from_a_street_s_folder_too(site: Site):
    site.post()
    assert site("show", "--state", str(site.keys.parent), "lamp-01", keys=False).status == 0


def test_a_missing_or_garbled_keys_file_is_named(site: Site):
    site.keys.write_text("{")
    assert "units.json" in site("scan").err
    site.keys.unlink()
    ended = site("scan")
    assert ended.status == 2 and "units.json: cannot be read" in ended.err


def test_without_keys_a_name_is_nobody_s(site: Site):
    ended = site("show", "lamp-01", keys=False)
    assert ended.status == 2 and "name their file: --keys units.json" in ended.err


def test_a_backend_that_is_not_there_is_told(site: Site):
    assert site("scan", "--backend", "nowhere:Backend").status == 2
