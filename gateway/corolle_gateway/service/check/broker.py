"""A broker: its name, its port, its certificate, and whether it accepts us."""

import asyncio
import os
import socket
from collections.abc import Iterator

from corolle_gateway.config import BrokerConfig
from corolle_gateway.errors import ConfigError
from corolle_gateway.service.check import certificates
from corolle_gateway.service.check.finding import Finding, bad, doubtful, good
from corolle_gateway.service.check.greeting import Greeting, Untrusted, greet


def broker(subject: str, settings: BrokerConfig) -> Iterator[Finding]:
    """What stands in the way first; "good" only when the broker has accepted us."""
    where = {"host": settings.host, "port": settings.port}
    for path in (settings.ca, settings.cert):
        yield from certificates.file(subject, path)
    try:
        greeting = asyncio.run(greet(subject, settings))
    except ConfigError as error:
        yield bad(subject, "told", why=error)
    except Untrusted as error:
        yield bad(subject, "broker_untrusted", **where, why=error)
    except socket.gaierror as error:
        yield bad(subject, "broker_nowhere", host=settings.host, why=error.strerror)
    except OSError as error:  # TimeoutError is one, and has no number
        why = os.strerror(error.errno) if error.errno else "it does not answer"
        yield bad(subject, "broker_unreachable", **where, why=why)
    else:
        yield from _told(subject, settings, greeting)


def _told(subject: str, settings: BrokerConfig, greeting: Greeting) -> Iterator[Finding]:
    where, until = {"host": settings.host, "port": settings.port}, ""
    if greeting.shown:
        yield from certificates.dates(subject, settings.host, greeting.shown)
        until = f" ({greeting.shown.not_valid_after_utc:%Y-%m-%d})"
    if greeting.refusal:
        yield bad(subject, "broker_refuses", **where, why=greeting.refusal)
    elif settings.tls or _is_here(settings.host):
        yield good(subject, "broker_good", **where, until=until)
    else:
        yield doubtful(subject, "broker_open", **where)


def _is_here(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
