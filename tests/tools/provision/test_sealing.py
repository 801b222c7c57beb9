"""units.json in a sealed file, from a laptop to a gateway: with its passphrase, as a whole, or not at all."""

import json
from pathlib import Path

import pytest
from command_line import ran_here
from corolle_gateway import units_file
from corolle_gateway.service import sealed
from laptop import Laptop

_CONFIG = """
[gateway]
site = "quai"
name = "gw1"
data_dir = "data"
[lorawan]
port = 1700
[broker]
url = "mqtt://127.0.0.1:1"
[units]
file = "units.json"
"""


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """scrypt is to be slow for others."""
    monkeypatch.setattr(sealed, "_COST", (4, 8, 1))


class _Cabinet:
    """A gateway's folder, a laptop, and the file that goes between."""

    def __init__(self, folder: Path):
        (folder / "laptop").mkdir()
        (folder / "gateway").mkdir()
        self.laptop = Laptop(folder / "laptop")
        self.config = folder / "gateway" / "gateway.toml"
        self.config.write_text(_CONFIG)
        self.units = folder / "gateway" / "units.json"
        self.file, self.word = folder / "street.units", folder / "word"
        self.word.write_text("correct horse battery\n")
        self.word.chmod(0o600)

    def seal(self) -> None:
        assert self.laptop("units", "seal", self.file, "--passphrase-file", self.word).status == 0

    def add(self, *words: object) -> tuple[int, str, str]:
        words = words or (self.file, "--passphrase-file", self.word)
        return ran_here("units", "add", "--config", self.config, *words)


@pytest.fixture
def cabinet(tmp_path: Path) -> _Cabinet:
    return _Cabinet(tmp_path)


def test_a_sealed_street_reaches_the_gateway_with_its_keys(cabinet: _Cabinet):
    made = cabinet.laptop.lamp("lamp-01")
    cabinet.seal()
    assert (
        made.app_key.encode() not in cabinet.file.read_bytes() and b"lamp-01" not in cabinet.file.read_bytes()
    )
    status, said, _ = cabinet.add()
    assert status == 0 and "1 new, 0 changed, 1 in all" in said and "takes them within seconds" in said
    (registered,) = units_file.load(cabinet.units)
    assert registered.app_key.hex() == made.app_key
    assert made.group_key and made.group_key not in cabinet.units.read_text()
    assert cabinet.units.stat().st_mode & 0o777 == 0o600


def test_what_is_there_stays_and_the_same_again_changes_nothing(cabinet: _Cabinet):
    cabinet.laptop.lamp("lamp-01")
    cabinet.laptop.lamp("lamp-02")
    cabinet.seal()
    cabinet.add()
    cabinet.units.chmod(0o640)  # as the service's group reads it
    before = cabinet.units.stat().st_ino
    assert "0 new, 0 changed, 2 in all" in cabinet.add()[1]
    assert cabinet.units.stat().st_ino == before
    cabinet.laptop("units", "revoke", "lamp-02")
    cabinet.seal()
    assert "0 new, 1 changed, 2 in all" in cabinet.add()[1]
    assert [each.unit.revoked for each in units_file.load(cabinet.units)] == [False, True]
    assert cabinet.units.stat().st_mode & 0o777 == 0o640


def test_a_units_json_is_taken_as_it_is(cabinet: _Cabinet):
    cabinet.laptop.lamp("lamp-01")
    assert cabinet.add(cabinet.laptop.units)[0] == 0
    cabinet.laptop.units.chmod(0o644)
    status, _, complaint = cabinet.add(cabinet.laptop.units)
    assert status == 2 and "chmod 600" in complaint


def test_another_laptop_opens_it_and_keeps_its_own(cabinet: _Cabinet, tmp_path: Path):
    cabinet.laptop.lamp("lamp-01")
    cabinet.seal()
    other = Laptop(tmp_path)
    kept = other.lamp("lamp-09")
    assert other("units", "open", cabinet.file, "--passphrase-file", cabinet.word).status == 0
    assert other.known() == cabinet.laptop.known() | {"lamp-09": kept}


def test_another_passphrase_a_torn_file_and_a_backup_open_nothing(cabinet: _Cabinet):
    cabinet.laptop.lamp("lamp-01")
    cabinet.seal()
    whole = cabinet.file.read_bytes()
    for content, why in (
        (whole[:-1], "torn or damaged"),
        (whole[:40], "torn at its very beginning"),
        (whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], "torn or damaged"),
        (sealed.sealed(b"{}", "correct horse battery", sealed.BACKUP), "not a sealed list of units"),
    ):
        cabinet.file.write_bytes(content)
        ended = cabinet.laptop("units", "open", cabinet.file, "--passphrase-file", cabinet.word)
        assert ended.status == 2 and why in ended.err
        assert cabinet.add()[0] == 2 and not cabinet.units.exists()
    cabinet.file.write_bytes(whole)
    cabinet.word.write_text("wrong horse battery")
    assert "not the passphrase" in cabinet.add()[2]
    assert "at least 12" in _short(cabinet)


def _short(cabinet: _Cabinet) -> str:
    cabinet.word.write_text("short")
    return cabinet.laptop("units", "seal", cabinet.file, "--passphrase-file", cabinet.word).err


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"name": "gw1"}, "the gateway has the same name"),
        ({"kind": "tree"}, "kind is wrong"),
        ({"app_key": "00"}, "app_key is wrong"),
        ({"dev_eui": "02c0ffee00000099"}, "two units have the dev_eui"),
    ],
)
def test_what_the_gateway_would_not_start_with_is_not_added(
    cabinet: _Cabinet, changed: dict[str, str], why: str
):
    made = cabinet.laptop.lamp("lamp-01").registry_entry()
    cabinet.units.write_text(
        json.dumps({"units": [made | {"name": "lamp-02", "dev_eui": "02c0ffee00000099"}]})
    )
    cabinet.units.chmod(0o600)
    before = cabinet.units.read_text()
    cabinet.laptop.units.write_text(json.dumps({"units": [made | changed]}))
    status, _, complaint = cabinet.add(cabinet.laptop.units)
    assert status == 2 and why in complaint and made["app_key"] not in complaint
    assert cabinet.units.read_text() == before
