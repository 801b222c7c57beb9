"""Backup on one machine, restore on another: units go on as if nothing had been."""

import io
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from command_line import ran_here
from corolle_gateway.console import users as console_users
from corolle_gateway.errors import StartError
from corolle_gateway.service import backup, restore
from corolle_gateway.service.sealed import SealedError, Sealer
from corolle_gateway.store import handover, journal
from corolle_gateway.store.schema import MIGRATIONS
from gateway_process import GatewayProcess
from gateway_street import Street, join
from packet_forwarder import PacketForwarder
from radio_device import Device

_WORD = "correct horse battery"


def _command(name: str, folder: Path, *options: object) -> tuple[int, str]:
    """The exit status, and what was complained of."""
    word = folder / "word"
    word.write_text(_WORD + "\n")
    word.chmod(0o600)
    found = ran_here(name, "--config", folder / "gateway.toml", "--passphrase-file", word, *options)
    return found[0], found[2]


def _heard(forwarder: PacketForwarder) -> bytes:
    """The next frame for the air."""
    heard = forwarder.downlink(15)
    assert heard
    return heard[1]


def _another_machine(street: Street, gateway: GatewayProcess, folder: Path) -> GatewayProcess:
    """A gateway whose folder has nothing yet; its concentrators reach it where they reached the first one."""
    folder.mkdir()
    other = GatewayProcess(folder, gateway.name, "", [])
    other.port = gateway.port
    (folder / "gateway.toml").unlink()
    (folder / "units.json").unlink()
    street._endings.append(other.kill)
    return other


def test_no_unit_rejoins_on_another_machine_and_no_counter_is_used_twice(street: Street, tmp_path: Path):
    lamp = Device("lamp-1")
    gateway = street.gateway(lamp)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    city.order("lamp-1", id="a", verb="level", value=40)
    assert lamp.command(_heard(forwarder))["value"] == 40
    assert forwarder.push(lamp.ack(1))
    city.wait_ack("lamp-1", "a", "acknowledged", 15)
    made = _command("backup", gateway.folder, "--to", tmp_path / "cabinet.backup")
    assert made == (0, "")
    for _ in range(3):  # what happens after it is known to the unit alone
        assert forwarder.push(lamp.uplink(2, b"?", confirmed=True))
        lamp.read(_heard(forwarder))
    before = lamp.f_cnt_down
    gateway.kill()
    other = _another_machine(street, gateway, tmp_path / "other")
    placed = _command("restore", other.folder, "--from", tmp_path / "cabinet.backup")
    assert placed == (0, "")
    other.start()
    forwarder.pull()
    assert forwarder.push(lamp.report(passages=7), wait_s=15)
    city.wait("lamp-1/report", lambda body: body["passages"] == 7, 15)
    city.order("lamp-1", id="b", verb="level", value=70)
    assert lamp.command(_heard(forwarder))["value"] == 70
    assert lamp.f_cnt_down > before
    assert "event=join " not in other.log.read_text() and other.stop() == 0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A gateway's folder with a database, as it was when the gateway was stopped."""
    folder = tmp_path / "home"
    folder.mkdir()
    lamp = Device("lamp-1")
    GatewayProcess(folder, "gw", 'url = "mqtt://127.0.0.1:9"\npassword_file = "secrets/word"', [lamp])
    (folder / "secrets").mkdir()
    (folder / "secrets" / "word").write_text("city's word")
    (folder / "secrets" / "word").chmod(0o600)
    (folder / "data").mkdir()
    (folder / "data" / console_users.FILE_NAME).write_text("{}")
    with closing(sqlite3.connect(folder / "data" / "gateway.sqlite")) as db:
        handover.migrate(db)
        db.execute("INSERT INTO units VALUES ('lamp-1', 'lamp', 'quai', '02', '00', 43.6, 1.44, 'C', '', 0)")
        db.execute("INSERT INTO keys VALUES ('lamp-1', ?, 3, 16777200)", (lamp.raw_key,))
        db.execute(
            "INSERT INTO sessions (unit, dev_addr, nwk_skey, app_skey, join_nonce, f_cnt_down)"
            " VALUES ('lamp-1', 1, x'00', x'00', 2, 41)"
        )
        db.execute("INSERT INTO multicast VALUES ('quai', 7, x'00', 100)")
        db.commit()
    return folder


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corolle_gateway.service.sealed._COST", (4, 8, 1))


def _backed_up(home: Path) -> Path:
    path = home.parent / "cabinet.backup"
    backup.write(home / "gateway.toml", path, _WORD, "2026-07-14T19:40:00.000Z")
    return path


def _numbers(folder: Path) -> tuple[int, int, int]:
    with closing(sqlite3.connect(folder / "data" / "gateway.sqlite")) as db:
        (down,) = db.execute("SELECT f_cnt_down FROM sessions").fetchone()
        (group,) = db.execute("SELECT f_cnt FROM multicast").fetchone()
        (nonce,) = db.execute("SELECT join_nonce FROM keys").fetchone()
        return down, group, nonce


def test_all_of_it_comes_back_and_counters_leap(home: Path, cheap: None):
    path = _backed_up(home)
    other = home.parent / "other"
    restore.restore(path, other / "gateway.toml", _WORD, replace=False)
    for name in ("gateway.toml", "units.json", "secrets/word", "data/users.json"):
        assert (other / name).read_bytes() == (home / name).read_bytes()
        assert (other / name).stat().st_mode == (home / name).stat().st_mode
    assert _numbers(home) == (41, 100, 16_777_200)
    assert _numbers(other) == (41 + 8192, 100 + 8192, 0xFFFFFF)
    assert sorted(each.name for each in other.rglob("*")) == sorted(
        [
            "gateway.toml",
            "units.json",
            "secrets",
            "word",
            "data",
            "users.json",
            "gateway.sqlite",
            "gateway.lock",
        ]
    )


def test_neither_keys_nor_passwords_can_be_read_in_it(home: Path, cheap: None):
    units = json.loads((home / "units.json").read_text())
    secrets = [Device("lamp-1").raw_key, units["units"][0]["app_key"].encode(), b"city's word", b"lamp-1"]
    path = _backed_up(home)
    assert not [secret for secret in secrets if secret in path.read_bytes()]
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(home.rglob("*.copy*"))


def _files(folder: Path) -> dict[str, bytes]:
    """All but the lock, which holds nothing."""
    return {
        each.name: each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file() and each.suffix != ".lock"
    }


def _refused(path: Path, other: Path, word: str = _WORD) -> str:
    before = _files(other)
    with pytest.raises(StartError) as raised:
        restore.restore(path, other / "gateway.toml", word, replace=False)
    assert _files(other) == before
    return str(raised.value)


def test_what_cannot_be_restored_changes_nothing(home: Path, cheap: None):
    path, other = _backed_up(home), home.parent / "other"
    other.mkdir()
    assert "not the passphrase" in _refused(path, other, "another horse battery")
    whole = path.read_bytes()
    for kept in (100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:kept])
        assert "torn or damaged" in _refused(path, other)
    path.unlink()
    assert "No such file" in _refused(path, other)


def test_a_sealed_file_with_something_else_in_it_is_refused(home: Path, cheap: None):
    path = home.parent / "other.backup"
    with path.open("wb") as file:
        sealer = Sealer(file, _WORD)
        sealer.write(b"no archive" * 1000)
        sealer.finish()
    with pytest.raises(SealedError, match="not a backup"):
        restore.restore(path, home.parent / "other" / "gateway.toml", _WORD, replace=False)


def test_what_is_there_is_kept_unless_told_otherwise_and_then_it_is_put_aside(home: Path, cheap: None):
    path = _backed_up(home)
    with pytest.raises(StartError, match=r"gateway\.toml: is there already: --replace puts it aside"):
        restore.restore(path, home / "gateway.toml", _WORD, replace=False)
    (home / "units.json").write_text("[]")
    (home / "data" / journal.FOLDER).mkdir()
    restore.restore(path, home / "gateway.toml", _WORD, replace=True)
    assert (home / "units.json.replaced-1").read_text() == "[]"
    assert "lamp-1" in (home / "units.json").read_text()
    assert (home / "data" / "gateway.sqlite.replaced-1").exists()
    assert not (home / "data" / journal.FOLDER).exists(), "it is of the database that went"
    assert (home / "data" / f"{journal.FOLDER}.replaced-1").exists()
    assert _numbers(home)[0] == 41 + 8192


def test_never_over_a_living_gateway(street: Street, tmp_path: Path, cheap: None):
    gateway = street.gateway(Device("lamp-1"))
    gateway.wait_log("event=started", 15)
    path = tmp_path / "cabinet.backup"
    assert _command("backup", gateway.folder, "--to", path) == (0, "")
    status, complaint = _command("restore", gateway.folder, "--from", path, "--replace")
    assert status == 2
    assert complaint.endswith("another gateway is running on this data_dir\n")
    again = _command("backup", gateway.folder, "--to", path)
    assert again == (2, f"corolle-gateway: {path}: is there already: a backup replaces none\n")


def test_a_backup_of_a_newer_gateway_is_refused(home: Path, cheap: None):
    with closing(sqlite3.connect(home / "data" / "gateway.sqlite")) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(StartError, match="written by a newer one"):
        restore.restore(_backed_up(home), home.parent / "other" / "gateway.toml", _WORD, replace=False)


def test_a_short_passphrase_and_one_that_others_can_read_are_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    short = home / "short"
    short.write_text("swordfish")
    short.chmod(0o600)
    base = "backup", "--config", home / "gateway.toml", "--to", home / "b"
    status, _, complaint = ran_here(*base, "--passphrase-file", short)
    assert status == 2 and "must be at least 12 characters" in complaint
    short.chmod(0o644)
    status, _, complaint = ran_here(*base, "--passphrase-file", short)
    assert status == 2 and "chmod 600" in complaint
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    status, _, complaint = ran_here(*base)
    assert status == 2 and "give --passphrase-file FILE" in complaint
    assert not (home / "b").exists()
