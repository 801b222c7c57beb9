"""An authority of the test's own, and certificates as a city might give out: good, wrong, short-lived."""

import datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Key = ec.EllipticCurvePrivateKey
_DAY = datetime.timedelta(days=1)


def now() -> datetime.datetime:
    """This moment in UTC."""
    return datetime.datetime.now(datetime.UTC)


class Authority:
    """Issues certificates into a folder; its own is NAME.pem there."""

    def __init__(self, folder: Path, name: str = "street-ca", lasts: datetime.timedelta = 365 * _DAY):
        self.folder = folder
        self._name = _named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        own = _builder(self._name, self._name, self._key, now() - 400 * _DAY, now() + lasts)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        self.file = folder / f"{name}.pem"
        _write(self.file, own.sign(self._key, hashes.SHA256()))

    def issue(
        self,
        name: str,
        *hosts: str,
        begins: datetime.datetime | None = None,
        ends: datetime.datetime | None = None,
        by_itself: bool = False,
    ) -> tuple[Path, Path]:
        """NAME.pem and NAME.key for these hosts and addresses; signed by its own key if `by_itself`."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = _named(name) if by_itself else self._name
        made = _builder(_named(name), issuer, key, begins or now() - _DAY, ends or now() + 365 * _DAY)
        if hosts:
            made = made.add_extension(x509.SubjectAlternativeName([_general(host) for host in hosts]), False)
        certificate, key_file = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        _write(certificate, made.sign(key if by_itself else self._key, hashes.SHA256()))
        plain = serialization.NoEncryption()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        key_file.write_bytes(pem)
        key_file.chmod(0o600)
        return certificate, key_file


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, begins: datetime.datetime, ends: datetime.datetime
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
    return made.not_valid_before(begins).not_valid_after(ends)


def _write(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
