"""A city's broker as it should be: TLS, verified, a user with a password."""

import datetime
import getpass
import subprocess
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
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


def _issue(folder: Path) -> None:
    """An authority, ca.pem, and its certificate for 127.0.0.1, server.pem with server.key."""
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "street authority")])
    own = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "broker")])
    now = datetime.datetime.now(datetime.UTC)

    def builder(subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number())
        return made.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))

    authority = builder(name, authority_key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), True
    )
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    server = builder(own, server_key).add_extension(address, False)
    for certificate, file in ((authority, "ca.pem"), (server, "server.pem")):
        signed = certificate.sign(authority_key, hashes.SHA256())
        (folder / file).write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        server_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / "server.key").chmod(0o644)


@pytest.fixture
def tls_broker(tmp_path: Path) -> Iterator[_TlsBroker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    _issue(folder)
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
    assert "(CN=broker) is issued by CN=street authority, which this machine does not have" in line


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
