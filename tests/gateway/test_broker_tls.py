"""A city's broker as it should be: TLS, verified, a user with a password."""

import getpass
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificate_authority import Authority
from gateway_street import Street
from mqtt_broker import Broker, mosquitto_path
from radio_device import Device

pytestmark = pytest.mark.skipif(mosquitto_path() is None, reason="the embedded broker has no TLS")
_WORD = "correct horse"


class _TlsBroker(Broker):
    """Mosquitto with the server certificate of the test's authority, and one user."""

    def _command(self) -> list[str]:
        folder = self.folder
        passwords = folder / "passwords"
        passwords.touch()
        subprocess.run(["mosquitto_passwd", "-b", str(passwords), "gw", _WORD], check=True)
        passwords.chmod(0o644)
        config = folder / "mosquitto.conf"
        config.write_text(
            f"user {getpass.getuser()}\nlistener {self.port} 127.0.0.1\n"
            f"certfile {folder}/server.pem\nkeyfile {folder}/server.key\n"
            f"allow_anonymous false\npassword_file {passwords}\n"
        )
        return [str(mosquitto_path()), "-c", str(config)]


@pytest.fixture
def tls_broker(tmp_path: Path) -> Iterator[_TlsBroker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    Authority(folder, "ca").issue("server", "127.0.0.1")
    broker = _TlsBroker(folder)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def word(street: Street) -> Path:
    path = street.folder / "word"
    path.write_text(_WORD + "\n")
    path.chmod(0o600)
    return path


def test_a_verified_broker_is_used(street: Street, tls_broker: _TlsBroker, word: Path):
    ca = tls_broker.folder / "ca.pem"
    keys = f'url = "mqtts://127.0.0.1:{tls_broker.port}"\nuser = "gw"\npassword_file = "word"\nca = "{ca}"'
    gateway = street.gateway(Device("lamp-1"), broker=keys)
    gateway.wait_log("event=broker_connected")
    assert gateway.stop() == 0
    assert _WORD not in gateway.log.read_text()


def test_a_broker_nobody_vouches_for_is_not(street: Street, tls_broker: _TlsBroker):
    gateway = street.gateway(Device("lamp-1"), broker=f'url = "mqtts://127.0.0.1:{tls_broker.port}"')
    line = gateway.wait_log("cause=broker_unreachable")
    assert "(CN=server) is issued by CN=ca, which this machine does not have" in line


def test_a_wrong_password_is_told(street: Street, tls_broker: _TlsBroker, word: Path):
    word.write_text("battery staple")
    ca = tls_broker.folder / "ca.pem"
    keys = f'url = "mqtts://127.0.0.1:{tls_broker.port}"\nuser = "gw"\npassword_file = "word"\nca = "{ca}"'
    gateway = street.gateway(Device("lamp-1"), broker=keys)
    assert "ot authori" in gateway.wait_log("cause=broker_refused")


def test_a_missing_certificate_is_named(street: Street, tls_broker: _TlsBroker):
    gateway = street.gateway(Device("lamp-1"), broker='url = "mqtts://127.0.0.1"\nca = "nowhere.pem"')
    assert "nowhere.pem" in gateway.wait_log("corolle-gateway: broker: TLS files")
    assert gateway.wait_end() == 2
