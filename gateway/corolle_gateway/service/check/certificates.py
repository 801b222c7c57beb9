"""The dates of certificates."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from corolle_gateway.northbound.tls_dates import SOON_DAYS
from corolle_gateway.service.check.finding import Finding, bad, doubtful


def file(subject: str, path: Path | None) -> Iterator[Finding]:
    """What is to be said against the certificates of a file; nothing when all is well."""
    if path is None:
        return
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        yield bad(subject, "file_unusable", path=path, why=error.strerror)
    except ValueError as error:
        yield bad(subject, "file_unusable", path=path, why=error)
    else:
        for each in found:
            yield from dates(subject, path.name, each)


def dates(subject: str, what: str, certificate: x509.Certificate) -> Iterator[Finding]:
    """Whether it has begun, and has not ended, nor ends soon."""
    now, begin = datetime.now(UTC), certificate.not_valid_before_utc
    end = certificate.not_valid_after_utc
    days = (end - now).days
    if now < begin:
        yield bad(subject, "certificate_early", what=what, begin=f"{begin:%Y-%m-%d}")
    elif now > end:
        yield bad(subject, "certificate_ended", what=what, end=f"{end:%Y-%m-%d}")
    elif days < SOON_DAYS:
        yield doubtful(subject, "certificate_ends", what=what, days=days, end=f"{end:%Y-%m-%d}")
