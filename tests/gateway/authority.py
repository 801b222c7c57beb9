"""An authority for certificates, and what it issues: good ones, old ones, some of another name."""

import datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_DAY = datetime.timedelta(days=1)


class Authority:
    """Its own certificate is `folder`/ca.pem."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.path = folder / "ca.pem"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "street authority")])
        built = self._built(self._name, self._key, -1, 3650)
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        self._sign(built, self.path)

    def issue(self, name: str, from_days: int = -1, to_days: int = 365, address: str = "127.0.0.1") -> Path:
        """`name`.pem with `name`.key beside it, valid between these days from now; the certificate's path."""
        key = ec.generate_private_key(ec.SECP256R1())
        own = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        where = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        path = self.folder / f"{name}.pem"
        self._sign(self._built(own, key, from_days, to_days).add_extension(where, False), path)
        written = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.with_suffix(".key").write_bytes(written)
        path.with_suffix(".key").chmod(0o644)  # Mosquitto drops its rights before it reads
        return path

    def _built(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, from_days: int, to_days: int
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        begun = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name)
        begun = begun.public_key(key.public_key()).serial_number(x509.random_serial_number())
        return begun.not_valid_before(now + from_days * _DAY).not_valid_after(now + to_days * _DAY)

    def _sign(self, built: x509.CertificateBuilder, path: Path) -> None:
        path.write_bytes(built.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
