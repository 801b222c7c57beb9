"""What a wrong configuration says: the file, the key, and what is legal there."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from corolle_gateway import config, units_file
from corolle_gateway.errors import ConfigError
from corolle_gateway.links.lorawan.terms import Terms, wanted
from corolle_gateway.secrets_file import read_secret

_GOOD = """
[gateway]
site = "toulouse"
name = "cabinet-7"
data_dir = "data"
[broker]
url = "mqtt://127.0.0.1"
[units]
file = "units.json"
"""
_CHIRPSTACK = """
[chirpstack]
url = "mqtt://chirpstack.example"
applications = ["17C82E96-be03-4f38-aef3-f83d48582d97", "17c82e96be034f38aef3f83d48582d97"]
"""
_UNIT = {
    "name": "lamp-1",
    "kind": "lamp",
    "site": "quai",
    "dev_eui": "0200000000000001",
    "join_eui": "0000000000000000",
    "app_key": "5f" * 16,
    "lat_deg": 43.6,
    "lon_deg": 1.44,
    "class": "C",
}


def _loaded(folder: Path, text: str) -> config.Config:
    path = folder / "gateway.toml"
    path.write_text(text)
    return config.load(path)


def test_what_is_left_out_has_safe_values(tmp_path: Path):
    settings = _loaded(tmp_path, _GOOD)
    assert (settings.lorawan.bind, settings.lorawan.port, settings.lorawan.net_id) == ("127.0.0.1", 1700, 0)
    assert (settings.lorawan.adr, settings.lorawan.adr_margin_db) == (True, 10)
    air = settings.lorawan
    receiving = air.rx1_delay_s, air.rx1_dr_offset, air.rx2_dr, air.rx2_hz
    assert wanted(air.channels_hz, air.rx1_hz, *receiving, air.max_duty_cycle) == Terms()
    assert (settings.broker.host, settings.broker.port, settings.broker.tls) == ("127.0.0.1", 1883, False)
    assert settings.gateway.data_dir == tmp_path / "data"
    assert settings.clock_file is None and settings.log.level == "info"
    assert settings.broker.protocol == "3.1.1" and settings.home_assistant.prefix is None


def test_a_broker_url_with_tls(tmp_path: Path):
    settings = _loaded(tmp_path, _GOOD.replace("mqtt://127.0.0.1", "mqtts://broker.example:8884"))
    assert (settings.broker.host, settings.broker.port, settings.broker.tls) == ("broker.example", 8884, True)


def test_chirpstack_in_place_of_a_network_server_of_our_own(tmp_path: Path):
    chirpstack = _loaded(tmp_path, _GOOD + _CHIRPSTACK).chirpstack
    assert chirpstack is not None
    assert chirpstack.applications == ("17c82e96-be03-4f38-aef3-f83d48582d97",)
    assert (chirpstack.broker.host, chirpstack.broker.port) == ("chirpstack.example", 1883)
    assert _loaded(tmp_path, _GOOD).chirpstack is None


def test_the_example_is_legal():
    path = Path(__file__).parents[2] / "gateway" / "corolle-gateway.example.toml"
    assert config.load(path).gateway.site == "toulouse"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            _GOOD.replace('"toulouse"', '"tou/louse"'),
            "gateway.site = 'tou/louse' is wrong: must be 1 to 64 of",
        ),
        (_GOOD.replace('"toulouse"', "7"), "gateway.site = 7 is wrong: must be 1 to 64 of"),
        (_GOOD.replace('site = "toulouse"\n', ""), "gateway.site is missing: must be 1 to 64 of"),
        (_GOOD.replace("mqtt:", "http:"), "broker.url is wrong: must be mqtt://HOST[:PORT] or mqtts://"),
        (_GOOD.replace("127.0.0.1", "user:word@host"), "is wrong: must be mqtt://HOST[:PORT]"),
        (_GOOD.replace("127.0.0.1", "host:99999"), "is wrong: must be mqtt://HOST[:PORT]"),
        (
            _GOOD + "[lorawan]\nport = 70000",
            "port = 70000 is wrong: must be a whole number from 1 to 65535",
        ),
        (
            _GOOD + "[lorawan]\nport = true",
            "lorawan.port = True is wrong: must be a whole number from 1",
        ),
        (_GOOD + "[lorawan]\nnet_id = -1", "lorawan.net_id = -1 is wrong: must be a whole number from 0"),
        (_GOOD + "[lorawan]\ntx_power_dbm = 27", "must be a whole number from 0 to 16 (dBm EIRP)"),
        (_GOOD + "[lorawan]\nadr = 1", "lorawan.adr = 1 is wrong: must be true or false"),
        (_GOOD + "[lorawan]\nadr_margin_db = 31", "must be a whole number from 0 to 30 (dB)"),
        (_GOOD + "[lorawan]\nchannels_mhz = [868.1]", "none of 868.1, 868.3, 868.5"),
        (_GOOD + "[lorawan]\nchannels_mhz = [867.1, 867.1]", "a list of at most 13 different ones"),
        (_GOOD + "[lorawan]\nchannels_mhz = [867.12345]", "a multiple of 0.0001"),
        (_GOOD + "[lorawan]\nrx2_mhz = 868.65", "868 to 868.6, 868.7 to 869.2"),
        (_GOOD + "[lorawan]\nrx1_mhz = true", "lorawan.rx1_mhz = True is wrong"),
        (_GOOD + "[lorawan]\nrx1_delay_s = 16", "must be a whole number from 1 to 15 (s)"),
        (_GOOD + "[lorawan]\nmax_duty_cycle = 16", "must be a whole number from 0 to 15"),
        (_GOOD + "[home_assistant]\nprefix = 'a/#'", "must be levels of a topic without wildcards"),
        (_GOOD + "[home_assistant]\nlanguage = 'de'", "language = 'de' is wrong: must be one of fr, en"),
        (
            _GOOD.replace('127.0.0.1"', '127.0.0.1"\nprotocol = 5'),
            "broker.protocol = 5 is wrong: must be one of 3.1.1, 5, in quotes",
        ),
        (_GOOD + "[lorawan]\nprot = 1700", "unknown key lorawan.prot; legal here: bind, port, net_id"),
        (_GOOD + "[log]\nlevel = 'loud'", "log.level = 'loud' is wrong: must be one of debug, info"),
        (
            _GOOD + "[radio]\n",
            "unknown key radio; legal here: gateway, lorawan, chirpstack, ble, broker, home_assistant",
        ),
        (_GOOD + "[chirpstack]\n", "chirpstack.applications is missing: must be a list of at least one"),
        (
            _GOOD + "[chirpstack]\napplications = [7]",
            "chirpstack.applications = [7] is wrong: must be a list",
        ),
        (_GOOD + "[chirpstack]\napplications = []", "chirpstack.applications = [] is wrong: must be a list"),
        (_GOOD + _CHIRPSTACK.replace("mqtt:", "tcp:"), "the user in chirpstack.user"),
        (_GOOD + _CHIRPSTACK + "[lorawan]\n", "[lorawan] and [chirpstack] are two ways to the units"),
        ("gateway = 1\n", "gateway must be a table, [gateway]"),
        ("[gateway\n", "not TOML: "),
    ],
)
def test_each_wrong_key_is_named_with_what_is_legal(tmp_path: Path, wrong: str, sentence: str):
    with pytest.raises(ConfigError) as raised:
        _loaded(tmp_path, wrong)
    assert str(raised.value).startswith(str(tmp_path / "gateway.toml") + ": ")
    assert sentence in str(raised.value)
    assert "word" not in str(raised.value)


def test_bytes_that_are_no_text(tmp_path: Path):
    path = tmp_path / "gateway.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        config.load(path)


def _units(folder: Path, content: Any) -> Path:
    path = folder / "units.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kind": "bench"}, "unit 'lamp-1': kind is wrong: must be one of lamp, canopy"),
        ({"dev_eui": "02"}, "unit 'lamp-1': dev_eui is wrong: must be 16 hexadecimal digits"),
        ({"app_key": "5f" * 15}, "unit 'lamp-1': app_key is wrong: must be 32 hexadecimal digits"),
        ({"app_key": 7}, "Expected `str`, got `int` - at `$.units[0].app_key`"),
        ({"class": "B"}, "unit 'lamp-1': class is wrong: must be one of A, C"),
        ({"lat_deg": 91}, "unit 'lamp-1': lat_deg is wrong: must be from -90 to 90"),
        ({"name": "a/b"}, "unit 'a/b': name is wrong: must be 1 to 64 of"),
    ],
)
def test_a_wrong_unit_is_named(tmp_path: Path, changed: dict[str, Any], sentence: str):
    with pytest.raises(ConfigError) as raised:
        units_file.load(_units(tmp_path, {"units": [_UNIT | changed]}))
    assert sentence in str(raised.value)
    assert "5f5f" not in str(raised.value)


def test_units_that_share_what_must_be_their_own(tmp_path: Path):
    with pytest.raises(ConfigError, match="two units have the name 'lamp-1'"):
        units_file.load(_units(tmp_path, {"units": [_UNIT, _UNIT]}))
    with pytest.raises(ConfigError, match="two units have the dev_eui"):
        units_file.load(_units(tmp_path, {"units": [_UNIT, _UNIT | {"name": "lamp-2"}]}))


@pytest.mark.parametrize("garbled", ["", "{", '{"units": 7}', "[" * 100_000])
def test_a_garbled_units_file(tmp_path: Path, garbled: str):
    with pytest.raises(ConfigError, match=r"units\.json: "):
        units_file.load(_units(tmp_path, garbled))


def test_a_secret_that_everybody_may_read_is_refused(tmp_path: Path):
    path = tmp_path / "password"
    path.write_text("word")
    path.chmod(0o644)
    with pytest.raises(ConfigError, match=r"open to every user of this machine \(mode 0644\): chmod 600"):
        read_secret(path)
    path.chmod(0o600)
    assert read_secret(path) == "word"


def _exit(folder: Path, text: str | None) -> tuple[int, str]:
    path = folder / "gateway.toml"
    if text is not None:
        path.write_text(text)
    command = [sys.executable, "-m", "corolle_gateway.app", "run", "--config", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("case", ["missing", "garbled", "no units", "no clock", "no database", "busy port"])
def test_a_gateway_that_cannot_start_says_why_in_one_line(tmp_path: Path, case: str, busy_udp_port: int):
    text: str | None = _GOOD
    if case != "no units":
        _units(tmp_path, {"units": [_UNIT]})
    if case == "missing":
        text = None
    elif case == "garbled":
        text = "\x00"
    elif case == "no clock":
        text = _GOOD + '[clock]\nfile = "clock"\n'
    elif case == "no database":
        (tmp_path / "data").write_text("a file where the folder should be")
    elif case == "busy port":
        text = _GOOD + f"[lorawan]\nport = {busy_udp_port}\n"
    status, said = _exit(tmp_path, text)
    assert status == 2
    assert said.splitlines()[-1].startswith("corolle-gateway: ")
    assert "Traceback" not in said
