"""How one broker is verified, and what is shown to it: files that are read anew when they change."""

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from corolle_gateway.config import BrokerConfig
from corolle_gateway.errors import ConfigError
from corolle_gateway.secrets_file import read_secret

if TYPE_CHECKING:
    from cryptography import x509


class Tls:
    """ConfigError names the files when they cannot be used.

    A certificate is renewed while the gateway runs: each connection is made with what the files hold then.
    """

    def __init__(self, section: str, broker: BrokerConfig):
        self.section = section
        self.host, self.port = broker.host, broker.port
        self.ca, self.cert, self._key = broker.ca, broker.cert, broker.key
        self._seen = self._stamps()
        self._context = self._load()

    def context(self) -> ssl.SSLContext:
        """For the next connection. ConfigError when a file was changed and cannot be used as it is now."""
        stamps = self._stamps()
        if stamps != self._seen:
            self._context = self._load()
            self._seen = stamps
        return self._context

    def own(self) -> "x509.Certificate | None":
        """The certificate that is shown to the broker, as it stands in its file; None: there is none."""
        found = certificates(self.cert)
        return found[0] if found else None

    def _load(self) -> ssl.SSLContext:
        if self._key:
            read_secret(self._key)
        try:
            context = ssl.create_default_context(cafile=self.ca)
            if self.cert:
                context.load_cert_chain(self.cert, self._key)
        except (OSError, ssl.SSLError) as error:
            files = ", ".join(str(path) for path in self._files())
            raise ConfigError(f"{self.section}: TLS files {files} cannot be used: {error}") from error
        return context

    def _files(self) -> list[Path]:
        return [path for path in (self.ca, self.cert, self._key) if path]

    def _stamps(self) -> list[int]:
        """When the files were changed; 0: one is not there."""
        return [path.stat().st_mtime_ns if path.exists() else 0 for path in self._files()]


def certificates(path: Path | None) -> "list[x509.Certificate]":
    """Those of a PEM file; none when it cannot be read, for then TLS itself says so."""
    if path is None:
        return []
    from cryptography import x509  # two megabytes, for whoever has a certificate

    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError):
        return []


def day(moment: datetime) -> str:
    """A moment in ISO 8601, to the minute."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
