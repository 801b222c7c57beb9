"""A street on both of its radios, and without one of them: it lives, lights, reports and obeys."""

from pathlib import Path

from corolle_tools.app import app
from street_process import StreetProcess, is_event, is_near, is_report_of
from typer.testing import CliRunner

_LAMP = ("--lamps", "1", "--canopies", "0")


def _begin(folder: Path, *options: str) -> StreetProcess:
    running = StreetProcess(folder / "state", *options)
    running.wait_for(lambda record: record["type"] == "decision" and record["reason"] == "schedule")
    return running


def _end(running: StreetProcess) -> dict:
    status, summary = running.end()
    assert status == 0
    errors = [record for record in running.records if record.get("level") == "error"]
    assert not errors, errors[:3]
    return summary


def _links(running: StreetProcess) -> set[str]:
    """By which links the city's messages came."""
    radios = [
        record["radio"] for record in running.records if record.get("source") == "city" and "radio" in record
    ]
    return {radio.get("link", "lorawan") for radio in radios}


def _is_obeyed(running: StreetProcess, unit: str, level_pct: int) -> list[str]:
    """The steps of an order that was carried out."""
    told = running.command(unit, "level", str(level_pct), "--for", "30m")
    assert told.exit_code == 0, told.stdout + told.stderr
    running.wait_for(lambda record: record["type"] == "decision" and record.get("value") == level_pct)
    return [line.split()[1].rstrip(":") for line in told.stdout.splitlines()]


def test_without_lorawan_reports_come_and_orders_go_by_bluetooth(tmp_path: Path):
    running = _begin(tmp_path, *_LAMP, "--speed", "90", "--no-lora")
    running.wait_for(is_report_of("lamp-01"))
    running.wait_for(is_near("lamp-01"))
    assert _is_obeyed(running, "lamp-01", 35)[-1] == "acknowledged"
    summary = _end(running)
    assert _links(running) == {"ble"}
    assert not [record for record in running.records if is_event("joined")(record)]
    assert (summary["joined"], summary["uplinks"]["sent"], summary["ble"]["near"]) == (0, 0, 1)
    assert summary["ble"]["commands"] == 1 and summary["ble"]["sessions"] >= 2


def test_without_bluetooth_all_comes_and_goes_by_lorawan(tmp_path: Path):
    running = _begin(tmp_path, "--lamps", "1", "--canopies", "1", "--speed", "360", "--no-ble")
    running.wait_for(is_report_of("lamp-01"))
    running.wait_for(is_report_of("canopy-01"))
    assert _is_obeyed(running, "lamp-01", 35)[-1] == "acknowledged"
    told = running.command("canopy-01", "report", "--for", "2h")
    stages = [line.split()[1].rstrip(":") for line in told.stdout.splitlines()]
    assert stages.index("queued") < stages.index("sent") < stages.index("acknowledged")
    summary = _end(running)
    assert _links(running) == {"lorawan"}
    assert not (running.state / "gateway.hci").exists()
    assert summary["ble"] == {"near": 0, "sessions": 0, "commands": 0, "published": 0}


def test_both_links_are_heard_and_a_laptop_comes_by(tmp_path: Path):
    running = _begin(tmp_path, *_LAMP, "--speed", "20")
    state = ("--state", str(running.state))
    scanned = CliRunner().invoke(app, ["ble", "scan", *state, "--seconds", "2"], env={"COLUMNS": "200"})
    assert "lamp-01" in scanned.stdout and scanned.exit_code == 0, scanned.output
    shown = CliRunner().invoke(app, ["ble", "show", "lamp-01", *state])
    assert shown.exit_code == 0 and "no faults" in shown.stdout, shown.output
    running.wait_for(lambda record: is_report_of("lamp-01")(record) and "link" not in record["radio"])
    running.wait_for(is_near("lamp-01"))
    _end(running)
    assert _links(running) == {"lorawan", "ble"}
    gone = CliRunner().invoke(app, ["ble", "scan", *state])
    assert gone.exit_code == 3 and "no street runs here" in gone.stderr


def test_a_laptop_in_a_street_without_bluetooth_is_told_so(tmp_path: Path):
    running = _begin(tmp_path, *_LAMP, "--no-ble")
    asked = CliRunner().invoke(app, ["ble", "scan", "--state", str(running.state)])
    assert asked.exit_code == 3 and "begun without Bluetooth" in asked.stderr
    _end(running)


def test_a_folder_too_deep_for_a_socket_is_named(tmp_path: Path):
    state = tmp_path / ("deep" * 25)
    ran = CliRunner().invoke(app, ["street", *_LAMP, "--seconds", "1", "--state", str(state)])
    assert ran.exit_code == 1 and "choose a shorter --state" in ran.stderr
