"""`corolle-gateway check`: the real command against what is well, and against each thing that is not."""

import contextlib
import datetime
import getpass
import os
import re
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from string import Formatter

import pytest
from broker_double import BadBroker
from certificate_authority import Authority, now
from command_line import ran_here
from corolle_gateway import config
from corolle_gateway.service.check import devices, machine, words
from corolle_gateway.service.check.finding import Finding
from corolle_gateway.store.schema import MIGRATIONS
from disks import SmallDisk
from gateway_process import GatewayProcess
from gateway_street import Street
from mqtt_broker import Broker, mosquitto_path
from packet_forwarder import PacketForwarder
from radio_device import Device

with_mosquitto = pytest.mark.skipif(mosquitto_path() is None, reason="the embedded broker has no TLS")


def _checked(
    gateway: GatewayProcess, language: str = "en", wait_s: float = 0.2
) -> tuple[int, dict[str, str]]:
    """The exit status, and the lines by subject: their states and sentences."""
    status, told, complaint = ran_here(
        "check", "--config", gateway.folder / "gateway.toml", "--lang", language, "--wait", wait_s
    )
    assert complaint == ""
    said: dict[str, str] = {}
    for line in told.splitlines():
        state, subject, sentence = re.split(r"  +", line, maxsplit=2)
        said[subject] = said.get(subject, "") + f"{state}: {sentence}\n"
    return status, said


@pytest.fixture
def idle(tmp_path: Path, shared_broker: Broker) -> GatewayProcess:
    """A gateway that is configured and does not run."""
    return GatewayProcess(
        tmp_path, "c7", f'url = "mqtt://127.0.0.1:{shared_broker.port}"', [Device("lamp-1")]
    )


def test_where_all_is_well_each_line_says_so(idle: GatewayProcess):
    forwarder = PacketForwarder(idle.port)
    ended = threading.Event()

    def speak() -> None:
        while not ended.wait(0.1):
            with contextlib.suppress(ConnectionRefusedError):  # nobody is listening yet
                forwarder.send(b"\x02\x00\x00\x02" + forwarder.eui)

    speaking = threading.Thread(target=speak)
    speaking.start()
    status, said = _checked(idle, wait_s=20)
    ended.set()
    speaking.join()
    forwarder.close()
    assert status == 0
    assert said["configuration"].startswith("good: quai/c7, read from ")
    assert said["units"].startswith("good: 1 units in ")
    assert said["concentrator"].startswith("good: 0102030405060708 on UDP 127.0.0.1:")
    assert re.match(r"good: \d+ MB free in .*, a write takes \d+ ms|LOOK: .* allow", said["disk"])
    assert said["database"] == "good: none yet: made at the first start\n"
    assert said["broker"].startswith("good: 127.0.0.1:") and "accepts us" in said["broker"]
    assert {"clock", "time zone", "Bluetooth", "console"} < set(said)


def test_what_is_wrong_is_told_in_french_too(idle: GatewayProcess):
    (idle.folder / "units.json").chmod(0o644)
    status, said = _checked(idle, "fr")
    assert status == 1
    assert said["concentrateur"].startswith("MAUVAIS: personne ne parle à UDP 127.0.0.1:")
    assert said["unités"].startswith("MAUVAIS: ") and "chmod 600" in said["unités"]


def test_a_wrong_configuration_ends_it(idle: GatewayProcess):
    path = idle.folder / "gateway.toml"
    path.write_text(path.read_text().replace('site = "quai"', 'site = "q/i"'))
    status, said = _checked(idle)
    assert status == 1 and list(said) == ["configuration"]
    assert "gateway.site = 'q/i' is wrong: must be 1 to 64" in said["configuration"]


def test_beside_a_gateway_that_runs_it_changes_nothing_and_believes_its_log(street: Street):
    gateway = street.gateway(Device("lamp-1"))
    forwarder = street.forwarder(gateway)
    assert forwarder.push(b"\0" * 20)
    kept, end = gateway.database.parent / "log" / "gateway.log", time.monotonic() + 20
    while not kept.exists() or "event=concentrator_found" not in kept.read_text():
        assert time.monotonic() < end
        time.sleep(0.05)
    status, said = _checked(gateway)
    assert status == 0, said
    assert said["concentrator"] == "good: 0102030405060708, says the running gateway's log\n"
    assert re.match(r"good: whole, [0-9.]+ MB, 1 units, \d+ unsent messages", said["database"])
    assert gateway.stop() == 0


def test_a_port_of_somebody_elses_is_told(idle: GatewayProcess, busy_udp_port: int):
    path = idle.folder / "gateway.toml"
    path.write_text(path.read_text().replace(f"port = {idle.port}", f"port = {busy_udp_port}"))
    assert "cannot be had: Address already in use" in _checked(idle)[1]["concentrator"]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (f"PRAGMA user_version = {len(MIGRATIONS) + 1}", "BAD: of version"),
        (None, "BAD: damaged (file is not a database): restart the gateway"),
    ],
)
def test_a_database_that_cannot_be_used_is_told(idle: GatewayProcess, spoil: str | None, sentence: str):
    idle.database.parent.mkdir()
    if spoil is None:
        idle.database.write_bytes(os.urandom(8192))
    else:
        with closing(sqlite3.connect(idle.database)) as db:
            db.execute(spoil)
    assert _checked(idle)[1]["database"].startswith(sentence)


@pytest.fixture
def small_disk(idle: GatewayProcess) -> Iterator[SmallDisk]:
    if os.geteuid():
        pytest.skip("mounts need root")
    disk = SmallDisk(idle.folder / "data", 4)
    yield disk
    disk.close()


def test_a_disk_that_is_full_or_read_only_is_told(idle: GatewayProcess, small_disk: SmallDisk):
    settings = config.load(idle.folder / "gateway.toml")
    assert next(machine.disk(settings)).said == "disk_full"
    small_disk.read_only()
    found = next(machine.disk(settings))
    assert (found.said, found.values["why"]) == ("disk_refuses", "Read-only file system")


class _TlsBroker(Broker):
    """Mosquitto with a certificate, that knows one user."""

    certificate: Path
    clients: Path | None = None  # who vouches for those who may come in; None: no certificate is asked for

    def _command(self) -> list[str]:
        known = self.folder / "passwords"
        known.touch()
        subprocess.run(["mosquitto_passwd", "-b", str(known), "gw", "correct horse"], check=True)
        known.chmod(0o644)
        path = self.folder / "mosquitto.conf"
        path.write_text(
            f"user {getpass.getuser()}\nlistener {self.port} 127.0.0.1\nallow_anonymous false\n"
            f"certfile {self.certificate}\nkeyfile {self.certificate.with_suffix('.key')}\n"
            f"password_file {known}\n"
            + (f"cafile {self.clients}\nrequire_certificate true\n" if self.clients else "")
        )
        return [str(mosquitto_path()), "-c", str(path)]


def _issued(authority: Authority, name: str, days: tuple[int, int], *hosts: str) -> Path:
    """A certificate that is good between these days from now."""
    begins, ends = (now() + datetime.timedelta(days=each) for each in days)
    certificate, _ = authority.issue(name, *hosts, begins=begins, ends=ends)
    return certificate


@with_mosquitto
@pytest.mark.parametrize(
    ("days", "address", "word", "sentence"),
    [
        ((-1, 365), "127.0.0.1", "correct horse", r"good: 127\.0\.0\.1:\d+ accepts us \(20\d\d-\d\d-\d\d\)"),
        (
            (-1, 10),
            "127.0.0.1",
            "correct horse",
            r"LOOK: 127\.0\.0\.1 ends in 9 days, on 20.*: have it renewed",
        ),
        (
            (-9, -1),
            "127.0.0.1",
            "correct horse",
            r"BAD: 127\.0\.0\.1:\d+ is not to be trusted: .* \(CN=server\) ended on .*: it has to be renewed",
        ),
        (
            (-1, 365),
            "127.0.0.2",
            "correct horse",
            r"BAD: .* \(CN=server\) is for 127\.0\.0\.2, and broker\.url says 127\.0\.0\.1: name the broker",
        ),
        (
            (-1, 365),
            "127.0.0.1",
            "battery staple",
            r"BAD: 127\.0\.0\.1:\d+ refuses us: not authorized: look at user and password_file",
        ),
        (
            (-1, 365),
            None,
            "correct horse",
            r"BAD: .*CN=street-ca, which this machine does not have: put that .* into broker\.ca",
        ),
    ],
    ids=["good", "ends soon", "ended", "another's", "wrong password", "stranger"],
)
def test_each_thing_a_broker_can_have_is_told(
    tmp_path: Path, days: tuple[int, int], address: str | None, word: str, sentence: str
):
    (tmp_path / "broker").mkdir()
    authority = Authority(tmp_path / "broker")
    broker = _TlsBroker(tmp_path / "broker")
    broker.certificate = _issued(authority, "server", days, address or "127.0.0.1")
    broker.start()
    keys = f'url = "mqtts://127.0.0.1:{broker.port}"\nuser = "gw"\npassword_file = "word"\n'
    keys += f'ca = "{authority.file}"' if address else ""
    gateway = GatewayProcess(tmp_path, "c7", keys, [])
    (tmp_path / "word").write_text(word)
    (tmp_path / "word").chmod(0o600)
    _, said = _checked(gateway)
    broker.stop()
    assert "correct horse" not in str(said) and "battery staple" not in str(said)
    assert re.search(f"^{sentence}", said["broker"], re.MULTILINE), said


@with_mosquitto
@pytest.mark.parametrize("protocol", ["3.1.1", "5"])
@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ((-1, 365), r"good: 127\.0\.0\.1:\d+ accepts us"),
        (
            (-9, -1),
            r"BAD: 127\.0\.0\.1:\d+ refuses us: .*cabinet-7\.pem ended on .*: have it renewed and",
        ),
        (None, r"BAD: 127\.0\.0\.1:\d+ refuses us: the broker wants a certificate of ours: broker\.cert and"),
    ],
    ids=["good", "ended", "none"],
)
def test_what_a_broker_has_against_our_certificate_is_told(
    tmp_path: Path, protocol: str, days: tuple[int, int] | None, sentence: str
):
    (tmp_path / "broker").mkdir()
    authority = Authority(tmp_path / "broker")
    broker = _TlsBroker(tmp_path / "broker")
    broker.certificate, broker.clients = authority.issue("server", "127.0.0.1")[0], authority.file
    broker.start()
    keys = f'url = "mqtts://127.0.0.1:{broker.port}"\nca = "{authority.file}"\nprotocol = "{protocol}"\n'
    keys += 'user = "gw"\npassword_file = "word"\n'
    (tmp_path / "word").write_text("correct horse")
    (tmp_path / "word").chmod(0o600)
    if days:
        own = _issued(authority, "cabinet-7", days)
        keys += f'cert = "{own}"\nkey = "{own.with_suffix(".key")}"\n'
    _, said = _checked(GatewayProcess(tmp_path, "c7", keys, []))
    broker.stop()
    assert re.search(f"^{sentence}", said["broker"], re.MULTILINE), said


def test_a_broker_that_hangs_up_is_told(idle: GatewayProcess):
    other = BadBroker("drop")
    path = idle.folder / "gateway.toml"
    path.write_text(re.sub(r'url = ".*"', f'url = "mqtt://127.0.0.1:{other.port}"', path.read_text()))
    assert _checked(idle)[1]["broker"] == f"BAD: 127.0.0.1:{other.port} refuses us: closed by the broker\n"
    other.close()


def test_a_broker_that_is_not_there_is_told(idle: GatewayProcess):
    path = idle.folder / "gateway.toml"
    text = re.sub(r'url = ".*"', 'url = "mqtt://127.0.0.1:1"', path.read_text())
    path.write_text(text)
    assert "cannot be reached: Connection refused" in _checked(idle)[1]["broker"]
    path.write_text(text.replace("127.0.0.1:1", "nowhere.invalid"))
    assert "BAD: the name nowhere.invalid is not known" in _checked(idle)[1]["broker"]


def test_bluetooth_is_looked_for_where_linux_shows_it(idle: GatewayProcess):
    path = idle.folder / "gateway.toml"
    path.write_text(path.read_text() + '[ble]\nadapter = "hci0"\n')
    settings, sysfs, bus = config.load(path), idle.folder / "sysfs", idle.folder / "bus"
    sysfs.mkdir()
    assert devices.bluetooth(settings, sysfs, bus).said == "bluetooth_missing"
    (sysfs / "hci0" / "rfkill3").mkdir(parents=True)
    (sysfs / "hci0" / "rfkill3" / "soft").write_text("1\n")
    assert devices.bluetooth(settings, sysfs, bus).said == "bluetooth_blocked"
    (sysfs / "hci0" / "rfkill3" / "soft").write_text("0\n")
    assert devices.bluetooth(settings, sysfs, bus).said == "bluetooth_no_bus"
    bus.touch()
    assert devices.bluetooth(settings, sysfs, bus).said == "bluetooth_there"


def test_the_kernel_says_whether_the_clock_is_kept(monkeypatch: pytest.MonkeyPatch):
    assert machine.clock().said in ("clock_right", "clock_alone")
    monkeypatch.setattr(machine.SystemClock, "now", lambda _: 86_400.0)
    assert machine.clock().said == "clock_unset"


def test_a_zone_of_its_own_is_good_and_none_is_doubtful(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Europe/Paris")
    assert (machine.zone().state, machine.zone().values["zone"]) == ("good", "Europe/Paris")
    monkeypatch.setenv("TZ", "Etc/UTC")
    assert machine.zone().said == "zone_utc"


def test_both_languages_say_the_same_with_the_same_values():
    for english, french in words.SENTENCES.values():
        named = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (english, french)]
        assert named[0] == named[1], english
        assert not re.search(r"[^\s\xa0\u202f][;?»]|« | [:;?»]", french), french


def test_every_sentence_is_said_by_somebody():
    folder = Path(words.__file__).parent
    sources = "".join(path.read_text() for path in folder.glob("*.py") if path.name != "words.py")
    said = set(re.findall(r'(?:good|doubtful|bad)\(\s*(?:"\w+"|subject), "(\w+)"', sources))
    assert said == set(words.SENTENCES)


def test_a_line_has_its_state_first():
    found = Finding("bad", "console", "console_missing", {"path": "/dev/ttyGS0"})
    assert words.line(found, "en") == (
        "BAD      console          /dev/ttyGS0 is not there: plug the cable in, or correct console.device"
    )
