"""A street from its first boot to its end: boards, air, gateway, broker and city together."""

import json
import os
import queue
import signal
import stat
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from corolle_tools.app import app
from corolle_tools.broker_url import BrokerUrl
from street_process import COROLLE, StreetProcess, is_event, is_near, is_report_of
from typer.testing import CliRunner

_UNITS = ("lamp-01", "canopy-01")


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StreetProcess]:
    """A street that runs for all tests of this file, in their order."""
    running = StreetProcess(
        tmp_path_factory.mktemp("street") / "state", "--lamps", "1", "--canopies", "1", "--speed", "120"
    )
    yield running
    status, summary = running.end()
    assert status == 0
    assert summary["type"] == "summary"


def test_every_unit_joins_and_is_published(street: StreetProcess):
    for unit in _UNITS:
        (report, *_) = street.wait_for(is_report_of(unit))
        assert report["kind"] in unit
        assert report["reason"] and report["radio"]["rssi_dbm"] < 0
    assert {record["unit"] for record in street.wait_for(is_event("joined"), count=2)} == set(_UNITS)


def test_every_decision_states_its_reason(street: StreetProcess):
    decisions = street.wait_for(lambda record: record["type"] == "decision", count=2)
    assert all(record["reason"] and record["output"] in ("light", "valve") for record in decisions)


def test_an_order_to_a_lamp_changes_its_light_and_is_acknowledged(street: StreetProcess):
    told = street.command("lamp-01", "level", "40", "--for", "10m", "--author", "tester")
    assert told.exit_code == 0, told.stdout + told.stderr
    assert told.stdout.splitlines()[-1].split()[1].rstrip(":") == "acknowledged"
    (obeyed, *_) = street.wait_for(
        lambda record: record["type"] == "decision" and "override" in record["reason"]
    )
    assert (obeyed["unit"], obeyed["value"]) == ("lamp-01", 40)
    assert "tester" in obeyed["reason"]


def test_an_order_to_a_canopy_near_the_gateway_waits_for_nothing(street: StreetProcess):
    street.wait_for(is_near("canopy-01"))
    told = street.command("canopy-01", "report", "--for", "2h")
    stages = [line.split()[1].rstrip(":") for line in told.stdout.splitlines()]
    assert told.exit_code == 0, told.stdout + told.stderr
    assert stages.index("sent") < stages.index("acknowledged")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("lamp-01", "level", "400"), 1, "0..100"),
        (("lamp-01", "level", "-5"), 1, "value = -5 is outside 0..100 %"),
        (("canopy-01", "level", "40"), 1, "a canopy takes"),
        (("lamp-01", "level", "40", "--author", "somebody with a long name"), 1, "author must be"),
        (("lamp-99", "level", "40"), 2, "no unit 'lamp-99': there are lamp-01, canopy-01"),
        (("lamp-01", "level", "40", "--for", "ever"), 2, "is not a length of time"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_a_reason(
    street: StreetProcess, words: tuple[str, ...], status: int, said: str
):
    told = street.command(*words)
    assert told.exit_code == status
    assert said in told.stdout + told.stderr


def test_an_outside_subscriber_sees_the_same_reports(street: StreetProcess):
    heard: queue.SimpleQueue[dict] = queue.SimpleQueue()
    subscribed = threading.Event()
    broker = BrokerUrl.parse(json.loads((street.state / "street.json").read_text())["broker"])
    client = broker.client()
    client.on_message = lambda _client, _data, message: heard.put(json.loads(message.payload))
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect(broker.host, broker.port)
    client.loop_start()
    client.subscribe("corolle/toulouse/gw-1/+/report", qos=1)
    assert subscribed.wait(20)
    report = heard.get(timeout=90)
    client.disconnect()
    client.loop_stop()
    (same,) = street.wait_for(lambda record: record.get("id") == report["id"] and record["type"] == "report")
    assert report.items() <= same.items()


def test_a_gateway_that_is_killed_comes_back_and_no_unit_rejoins(street: StreetProcess):
    os.kill(street.gateway_pid(), signal.SIGKILL)
    killed_at = len(street.records)
    for unit in _UNITS:
        count = sum(map(is_report_of(unit), street.records)) + 1
        street.wait_for(is_report_of(unit), count=count)
    after = street.records[killed_at:]
    assert not [record for record in after if is_event("joined")(record)]
    assert not [record for record in after if is_event("boot")(record)]


def test_what_a_run_leaves_is_for_its_owner_only(street: StreetProcess):
    assert stat.S_IMODE(street.state.stat().st_mode) == 0o700
    assert stat.S_IMODE((street.state / "units.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((street.state / "street.json").stat().st_mode) == 0o600
    keys = [unit["app_key"] for unit in json.loads((street.state / "units.json").read_text())["units"]]
    logs = (street.state / "gateway.log").read_text() + (street.state / "datagrams.jsonl").read_text()
    assert not [key for key in keys if key in logs or key in str(street.records)]


def test_every_datagram_of_an_uplink_is_on_the_tape(street: StreetProcess):
    lines = [json.loads(line) for line in (street.state / "datagrams.jsonl").read_text().splitlines()[:-1]]
    kinds = {line["kind"] for line in lines}
    assert {"PUSH_DATA", "PUSH_ACK", "PULL_DATA", "PULL_ACK", "PULL_RESP", "TX_ACK"} <= kinds
    assert any("rxpk" in line.get("body", {}) for line in lines)


def test_a_later_run_in_the_same_folder_goes_on_where_it_stopped(tmp_path: Path):
    options = ("--lamps", "1", "--canopies", "0", "--speed", "240")
    first = StreetProcess(tmp_path / "state", *options)
    first.wait_for(is_event("joined"))  # over Bluetooth it may have reported before
    first.wait_for(is_report_of("lamp-01"))
    status, summary = first.end()
    assert (status, summary["joined"], summary["boards"]) == (0, 1, 1)
    second = StreetProcess(tmp_path / "state", *options)
    second.wait_for(is_report_of("lamp-01"))
    status, _ = second.end(signal.SIGTERM)
    assert status == 0
    assert not [record for record in second.records if is_event("joined")(record)]
    ended, began = (
        datetime.fromisoformat(record["time"]) for record in (first.records[-2], second.records[0])
    )
    assert began >= ended - timedelta(seconds=6), "what it says as it ends took a twentieth of a second"


def test_piped_it_tells_every_unit_in_plain_text():
    ran = subprocess.run(
        [COROLLE, "street", "--lamps", "1", "--canopies", "1", "--speed", "60", "--seconds", "8"],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "80"},
        timeout=60,
        check=False,
    )
    text = ran.stdout.decode("ascii")
    assert ran.returncode == 0, ran.stderr
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80
    for told in ("lamp-01", "canopy-01", "gateway  online", "2 of 2 boards joined"):
        assert told in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--broker", "mqtt://127.0.0.1:1"), "no broker at mqtt://127.0.0.1:1"),
        (("--broker", "nonsense"), "mqtt://HOST[:PORT]"),
        (("--weather", "no-such-file.epw"), "no-such-file.epw"),
        (("--counts", "no-such-file.csv"), "no-such-file.csv"),
    ],
)
def test_what_cannot_begin_says_why_in_a_sentence(options: tuple[str, ...], said: str):
    ran = CliRunner().invoke(app, ["street", "--lamps", "0", "--canopies", "0", *options])
    assert ran.exit_code == 1 and isinstance(ran.exception, SystemExit)
    assert said in ran.stderr


def test_without_a_street_an_order_says_how_to_begin_one(tmp_path: Path):
    ran = subprocess.run(
        [COROLLE, "command", "lamp-01", "auto"],
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "no street runs here: begin one with `corolle street`" in ran.stderr
