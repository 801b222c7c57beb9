"""A broker: its name, its port, its certificate, and whether it accepts us."""

import socket
import ssl
import time
from collections.abc import Iterator

from cryptography import x509
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from corolle_gateway.config import BrokerConfig
from corolle_gateway.errors import ConfigError
from corolle_gateway.secrets_file import read_secret
from corolle_gateway.service.check import certificates
from corolle_gateway.service.check.finding import Finding, bad, doubtful, good

_PATIENCE_S = 8.0


def broker(subject: str, settings: BrokerConfig) -> Iterator[Finding]:
    """What stands in the way first; "good" only when the broker has accepted us."""
    where = {"host": settings.host, "port": settings.port}
    for path in (settings.ca, settings.cert):
        yield from certificates.file(subject, path)
    try:
        context = _context(settings) if settings.tls else None
        password = read_secret(settings.password_file).strip() if settings.password_file else None
        until = yield from _reached(subject, settings, context)
        verdict = _greeted(settings, context, password)
    except (ConfigError, ssl.SSLCertVerificationError) as error:
        yield _untrusted(subject, settings, error)
    except socket.gaierror as error:
        yield bad(subject, "broker_nowhere", host=settings.host, why=error.strerror)
    except OSError as error:
        yield bad(subject, "broker_unreachable", **where, why=error.strerror or error)
    else:
        if verdict is not None:
            yield bad(subject, "broker_refuses", **where, why=verdict)
        elif settings.tls or _is_here(settings.host):
            yield good(subject, "broker_good", **where, until=until)
        else:
            yield doubtful(subject, "broker_open", **where)


def _untrusted(
    subject: str, settings: BrokerConfig, error: ConfigError | ssl.SSLCertVerificationError
) -> Finding:
    if isinstance(error, ConfigError):
        return bad(subject, "told", why=error)
    return bad(subject, "broker_untrusted", host=settings.host, why=error.verify_message)


def _context(settings: BrokerConfig) -> ssl.SSLContext:
    """ConfigError names the files."""
    try:
        context = ssl.create_default_context(cafile=settings.ca)
        if settings.cert:
            context.load_cert_chain(settings.cert, settings.key)
    except OSError as error:  # ssl.SSLError is one
        files = ", ".join(str(path) for path in (settings.ca, settings.cert, settings.key) if path)
        raise ConfigError(f"{files}: {error.strerror}") from error
    return context


def _reached(subject: str, settings: BrokerConfig, context: ssl.SSLContext | None) -> Iterator[Finding]:
    """Connect, and look at the certificate shown; returns until when that is valid. OSError."""
    with socket.create_connection((settings.host, settings.port), _PATIENCE_S) as plain:
        if context is None:
            return ""
        with context.wrap_socket(plain, server_hostname=settings.host) as sealed:
            shown = x509.load_der_x509_certificate(sealed.getpeercert(binary_form=True) or b"")
    yield from certificates.dates(subject, settings.host, shown)
    return f" ({shown.not_valid_after_utc:%Y-%m-%d})"


def _greeted(settings: BrokerConfig, context: ssl.SSLContext | None, password: str | None) -> str | None:
    """Say hello as a client of its own, beside the gateway's; why it was refused, None: accepted. OSError."""
    answers: list[ReasonCode] = []
    protocol = MQTTProtocolVersion.MQTTv5 if settings.protocol == "5" else MQTTProtocolVersion.MQTTv311
    client = Client(CallbackAPIVersion.VERSION2, f"corolle-check-{time.time_ns()}", protocol=protocol)
    client.on_connect = lambda client, data, flags, reason, properties: answers.append(reason)
    if settings.user:
        client.username_pw_set(settings.user, password)
    if context:
        client.tls_set_context(context)
    client.connect(settings.host, settings.port)
    end_s = time.monotonic() + _PATIENCE_S
    while not answers and time.monotonic() < end_s:
        if client.loop(0.5):
            break
    client.disconnect()
    if not answers:
        return "it closed the connection" if time.monotonic() < end_s else "it does not answer"
    return str(answers[0]) if answers[0].is_failure else None


def _is_here(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
