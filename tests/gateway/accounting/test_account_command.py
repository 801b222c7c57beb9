"""A month is accounted by the real gateway: over kills, a swapped board and messages that are gone."""

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from corolle.wire import codec
from corolle.wire.schema import LAMP_SERVICE
from gateway_process import GatewayProcess
from gateway_street import Street, join
from packet_forwarder import PacketForwarder
from radio_device import Device

_START_S = 1_794_000_000.0  # 2026-11-06


def _account(*arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "corolle_gateway.app", "account", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout, ended.stderr


def _lines(text: str) -> dict[str, dict[str, str]]:
    rows = list(csv.reader(io.StringIO(text)))
    heads = next(n for n, row in enumerate(rows) if row and row[0] in ("Unit", "Site"))
    return {row[0]: dict(zip(rows[heads], row, strict=True)) for row in rows[heads + 1 :]}


def _service(lamp: Device, burn_h: float) -> bytes:
    values = {field.name: 0 for field in LAMP_SERVICE.fields if not field.optional}
    return lamp.uplink(
        LAMP_SERVICE.port, codec.encode(LAMP_SERVICE, {**values, "burn_h": burn_h, "full_w": 40.0})
    )


def _swapped(gateway: GatewayProcess, forwarder: PacketForwarder, before: Device) -> Device:
    """The same lamp with another controller."""
    after = Device(before.name, number=9)
    units = gateway.folder / "units.json"
    units.write_text(json.dumps({"units": [after.registration()]}))
    gateway.kill()
    gateway.start()
    forwarder.pull()
    join(after, forwarder)
    return after


def test_a_month_with_all_that_can_happen(street: Street, tmp_path: Path):
    lamp = Device("lamp-1")
    clock = street.clock(speed=1, start_s=_START_S)
    gateway = street.gateway(lamp, clock=clock)
    forwarder = street.forwarder(gateway)
    join(lamp, forwarder)
    assert forwarder.push(lamp.report(energy_wh=100.0))
    assert forwarder.push(_service(lamp, 100.0))
    assert forwarder.push(lamp.report(energy_wh=150.5))
    gateway.kill()
    gateway.start()
    forwarder.pull()
    for _ in range(3):
        lamp.report(energy_wh=200.0)  # never arrives
    assert forwarder.push(lamp.report(energy_wh=251.0))
    replay = lamp.uplink(10, b"", f_cnt=lamp.f_cnt - 1)
    forwarder.push(replay)
    clock.jump(2 * 3600)
    assert forwarder.push(_service(lamp, 101.0))
    lamp = _swapped(gateway, forwarder, lamp)
    assert forwarder.push(lamp.report(energy_wh=5160.0)), "its memory came back, of another lamp"
    assert forwarder.push(lamp.report(energy_wh=5172.0))

    status, said, _ = _account("--db", str(gateway.database), "--month", "2026-11", "--lang", "en")
    assert status == 0
    line = _lines(said)["lamp-1"]
    # 251 Wh by the first controller, and by the second one what it used here.
    assert line["Energy (kWh)"] == "0.263"
    assert (line["Burn hours (h)"], line["Begun anew"]) == ("1.0", "2")
    assert line["Baseline full light (kWh)"] == "0.040"
    assert line["Baseline former luminaire (kWh)"] == ""

    gateway.stop()
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(gateway.database, copy / "card.sqlite")
    (copy / "card.sqlite").chmod(0o400)
    copy.chmod(0o500)
    out = tmp_path / "account.csv"
    asked = ("--month", "2026-11", "--by", "site", "--former-w", "100", "--csv", str(out))
    status, said, _ = _account("--db", str(copy / "card.sqlite"), *asked, "--lang", "en")
    copy.chmod(0o700)
    assert status == 0 and "1 units" in said
    assert list(copy.iterdir()) == [copy / "card.sqlite"], "nothing is written beside a copy"
    by_site = _lines(out.read_text("utf-8-sig"))
    assert by_site["quai"]["Energy (kWh)"] == line["Energy (kWh)"]
    assert by_site["quai"]["Baseline former luminaire (kWh)"] == "0.100"
    assert by_site["*"]["Units"] == "1"


def test_the_configuration_says_what_is_compared(street: Street):
    gateway = street.gateway(Device("lamp-1"))
    gateway.wait_log("event=started", 30.0)
    gateway.stop()
    config = gateway.folder / "gateway.toml"
    config.write_text(config.read_text() + "[accounting]\nformer_w = { quai = 150 }\ntimer_l_day = 60\n")
    status, said, _ = _account("--config", str(config), "--month", "2026-11")
    assert status == 0
    assert "quai 150,0 W" in said and "60,0 L par jour" in said and "Europe/Paris" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--db", "none.sqlite", "--month", "2026-11"), "none.sqlite: no such file"),
        (("--db", "x", "--month", "2026-13"), "must be a month, as in 2026-11"),
        (("--db", "x", "--month", "2026-11", "--former-w", "0"), "must be from 1 to 2000"),
        (("--db", "x", "--month", "2026-11", "--timer-l-day", "much"), "must be from 0.1 to 10000"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], message: str):
    status, _, said = _account(*arguments)
    assert status == 2 and message in said
