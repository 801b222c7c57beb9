"""Say hello to a broker as the gateway does, by its own TLS and its own MQTT, and go again."""

import asyncio
import ssl
import time

from cryptography import x509
from msgspec import Struct

from corolle_gateway.config import BrokerConfig
from corolle_gateway.northbound import packets, tls_reasons
from corolle_gateway.northbound.connection import Connection
from corolle_gateway.northbound.dialect import DIALECTS, Dialect, secrets
from corolle_gateway.northbound.tls import Tls

_PATIENCE_S = 8.0


class Greeting(Struct, frozen=True):
    """What a broker that could be reached has answered."""

    refusal: str  # a sentence; empty: it has accepted us
    shown: x509.Certificate | None  # None: it does not speak TLS


class Untrusted(Exception):
    """TLS has something against the broker, or it does not speak that; the text is a sentence."""


async def greet(section: str, broker: BrokerConfig) -> Greeting:
    """As a client of its own, beside the gateway's, of which nothing stays at the broker.

    OSError when it cannot be reached, Untrusted when it is not to be trusted, ConfigError when the password
    or a TLS file cannot be used.
    """
    tls = Tls(section, broker) if broker.tls else None
    dialect, known_by = DIALECTS[broker.protocol], secrets(broker)
    answered: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    transport, connection = await _connected(tls, broker, dialect, answered)
    shown = _shown(transport) if tls else None
    connection.write(dialect.connect(f"corolle-check-{time.time_ns()}", 30, None, known_by, keep=False))
    waited = answered, connection.lost
    await asyncio.wait(waited, timeout=_PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
    if answered.done():
        refusal = answered.result()
    elif connection.error and tls:
        refusal = await tls_reasons.why(tls, connection.error)
    else:
        refusal = connection.lost.result() if connection.lost.done() else dialect.UNANSWERED
    connection.close(packets.GOODBYE)
    return Greeting(refusal, shown)


async def _connected(
    tls: Tls | None, broker: BrokerConfig, dialect: Dialect, answered: asyncio.Future[str]
) -> tuple[asyncio.Transport, Connection]:
    def take(kind: int, body: bytes) -> None:
        if kind == packets.CONNACK and not answered.done():
            answered.set_result(dialect.welcome(body).refusal)

    context = tls.context() if tls else None
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await asyncio.get_running_loop().create_connection(
                lambda: Connection(take, dialect.complaint()), broker.host, broker.port, ssl=context
            )
    except ssl.SSLError as error:
        if tls is None:
            raise
        raise Untrusted(await tls_reasons.why(tls, error)) from error


def _shown(transport: asyncio.Transport) -> x509.Certificate:
    sealed: ssl.SSLObject = transport.get_extra_info("ssl_object")
    return x509.load_der_x509_certificate(sealed.getpeercert(binary_form=True) or b"")
