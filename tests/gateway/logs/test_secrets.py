"""No key and no password ever stands in a log, a message or a repr."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from corolle_gateway import config, units_file
from corolle_gateway.errors import ConfigError
from corolle_gateway.model import GroupRecord, SessionRecord
from gateway_process import GatewayProcess
from gateway_street import Street, join
from packet_forwarder import PacketForwarder
from radio_device import Device

_WORD = "battery-staple-4711"


def _forms(secret: bytes) -> set[str]:
    """The ways in which bytes show themselves."""
    text = secret.hex()
    return {text, text.upper(), repr(secret), repr(secret)[2:-1], " ".join(re.findall("..", text))}


def _heard(forwarder: PacketForwarder) -> bytes:
    """The next frame for the air."""
    heard = forwarder.downlink(20)
    assert heard
    return heard[1]


@pytest.fixture
def gateway(street: Street) -> Iterator[GatewayProcess]:
    """A gateway at level debug that has a password, and a group with a key."""
    lamp = Device("lamp-1")
    lamp.groups = ["banks"]
    word = street.folder / "word"
    word.write_text(_WORD)
    word.chmod(0o600)
    keys = f'url = "mqtt://127.0.0.1:{street.broker_port}"\nuser = "gw"\npassword_file = "word"'
    gateway = GatewayProcess(street.folder, "secretive", keys, [lamp, Device("canopy-1", "canopy", 2)])
    gateway.start()
    yield gateway
    gateway.kill()


def test_a_whole_run_tells_no_secret(street: Street, gateway: GatewayProcess):
    lamp, stranger = Device("lamp-1"), Device("lamp-1", number=77)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    join(lamp, forwarder)
    forwarder.push(stranger.join_request())
    forwarder.push(lamp.uplink(2, b"garbled"), lamp.uplink(99, b"nothing"), b"\0\1\2")
    city.order("lamp-1", id="a", verb="level", value=40)
    city.publish("lamp-1/command", b'{"verb": "' + lamp.raw_key.hex().encode() + b'"')
    assert forwarder.push(lamp.ack(lamp.command(_heard(forwarder))["id"]))
    city.order("banks", id="b", verb="level", value=20)
    city.wait("banks/ack", wait_s=15)
    city.wait_rejected("command_bad_json", 1, 15)
    assert gateway.stop() == 0
    text = gateway.log.read_text()
    text += "".join(path.read_text() for path in (gateway.database.parent / "log").glob("*.log"))
    assert text.count("event=join ") == 2 and text.count("event=rejected") > 4, "in both files"
    with closing(sqlite3.connect(gateway.database)) as db:
        kept = (
            "SELECT app_key FROM keys UNION SELECT nwk_skey FROM sessions UNION SELECT app_skey FROM sessions"
        )
        secrets = [key for (key,) in db.execute(kept + " UNION SELECT key FROM multicast")]
    assert len(secrets) >= 4 and lamp.raw_key in secrets
    secrets.append(stranger.raw_key)
    told = [form for secret in secrets for form in _forms(secret) if form in text]
    assert not told and _WORD not in text
    assert not re.findall(r"[0-9a-fA-F]{32}", text), "as long as a key, whichever it is"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace('"name": "lamp-1"', '"name": "lamp/1"'),
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"lamp"', '"bench"'),
        lambda text: text.replace('"app_key": "', '"app_key": "zz'),
        lambda text: text.replace('"app_key": "', '"app_key": 7, "key": "'),
        lambda text: text.replace('"units"', '"street"'),
    ],
)
def test_a_units_file_that_is_refused_tells_no_key(tmp_path: Path, spoil):
    devices = [Device("lamp-1"), Device("lamp-2", number=2)]
    path = tmp_path / "units.json"
    path.write_text(spoil(json.dumps({"units": [each.registration() for each in devices]})))
    path.chmod(0o600)
    with pytest.raises(ConfigError) as raised:
        units_file.load(path)
    assert not [form for each in devices for form in _forms(each.raw_key) if form in str(raised.value)]


def test_registrations_and_sessions_keep_their_keys_out_of_reprs(tmp_path: Path):
    lamp = Device("lamp-1")
    path = tmp_path / "units.json"
    path.write_text(json.dumps({"units": [lamp.registration()]}))
    path.chmod(0o600)
    session = SessionRecord("lamp-1", 1, lamp.raw_key, lamp.raw_key, 2)
    group = GroupRecord("banks", 1, lamp.raw_key, 3)
    shown = repr(units_file.load(path)) + repr(session) + repr(group) + str(lamp.app_key) + repr(lamp.app_key)
    assert "lamp-1" in shown and not [form for form in _forms(lamp.raw_key) if form in shown]


def test_a_password_in_an_url_is_told_neither_by_error_nor_by_repr(tmp_path: Path):
    path = tmp_path / "gateway.toml"
    text = '[gateway]\nsite = "q"\nname = "n"\ndata_dir = "d"\n[units]\nfile = "u"\n[broker]\n'
    path.write_text(text + f'url = "mqtt://gw:{_WORD}@broker.example"\n')
    command = [sys.executable, "-m", "corolle_gateway.app", "run", "--config", str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 2 and "broker.url is wrong" in ran.stderr and _WORD not in ran.stderr
    (tmp_path / "word").write_text(_WORD)
    path.write_text(text + 'url = "mqtt://broker.example"\npassword_file = "word"\n')
    assert _WORD not in repr(config.load(path))
