"""What is wrong between us and a broker over TLS: which certificate, which file, which date, what to do."""

import asyncio
import ssl
from contextlib import suppress
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from corolle_gateway.errors import ConfigError
from corolle_gateway.northbound.tls import Tls, certificates, day

_LOOK_S = 5.0
_REFUSED_S = 2.0  # who has heard nothing against us by then is let in

# OpenSSL's verdicts on a certificate (x509_vfy.h).
_NOT_YET, _EXPIRED = 9, 10
_SELF_SIGNED, _SELF_SIGNED_IN_CHAIN, _UNKNOWN_ISSUER, _UNKNOWN_FIRST = 18, 19, 20, 21
_WRONG_NAME, _WRONG_ADDRESS = 62, 64


async def why(tls: Tls, error: Exception) -> str:
    """Why a connection was not made, or was lost, in a sentence."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _of_the_broker(tls, error, await _shown(tls))
    if isinstance(error, ssl.SSLError):
        return _alert(tls, error)
    if isinstance(error, ConnectionResetError) and (refusal := await _refusal(tls)):
        return refusal
    ended = _ended(tls)
    return f"{error or 'closed by the broker'}{f'; {ended}' if ended else ''}"


def _of_the_broker(tls: Tls, error: ssl.SSLCertVerificationError, shown: x509.Certificate | None) -> str:
    """Why the broker's certificate is refused."""
    code, name, now = error.verify_code, _name(shown), datetime.now(UTC)
    clock = f"this machine's clock says {day(now)}"
    if code == _EXPIRED:
        if shown and shown.not_valid_after_utc < now:
            told = f"{name} ended on {day(shown.not_valid_after_utc)}: it has to be renewed at the broker"
        else:
            told = f"an authority that vouches for {name} has ended{_ended_authorities(tls, now)}"
        return f"{told} ({clock})"
    if code == _NOT_YET:
        begins = f" on {day(shown.not_valid_before_utc)}" if shown else " later"
        return f"{name} begins only{begins}, and {clock}: is that right?"
    if code == _SELF_SIGNED:
        return (
            f"{name} is signed by itself{_print(shown)}, nobody vouches for it: have an authority issue it, "
            f"or compare it by hand and name it as {tls.section}.ca"
        )
    if code in (_SELF_SIGNED_IN_CHAIN, _UNKNOWN_ISSUER, _UNKNOWN_FIRST):
        return (
            f"{name} is issued by {_issuer(shown)}, which {_trusted(tls)} does not have: put that "
            f"authority's certificate into {tls.section}.ca, if it is the right one"
        )
    if code in (_WRONG_NAME, _WRONG_ADDRESS):
        return (
            f"{name} is for {', '.join(_hosts(shown)) or 'no host'}, and {tls.section}.url says {tls.host}: "
            "name the broker as its certificate does, or have that issued for this name too"
        )
    return f"{name} is refused: {error.verify_message}"


def _alert(tls: Tls, error: ssl.SSLError) -> str:
    """What the broker has against us (RFC 8446, 6.2): of its alerts OpenSSL tells the name."""
    reason, own = error.reason or "", tls.own()
    if own is None and any(word in reason for word in ("CERTIFICATE_REQUIRED", "HANDSHAKE_FAILURE")):
        return f"the broker wants a certificate of ours: {tls.section}.cert and {tls.section}.key name it"
    if own is None or "ALERT" not in reason:
        if "WRONG_VERSION" in reason or "RECORD_LAYER" in reason:
            return f"port {tls.port} of {tls.host} does not speak TLS: is it another port, or mqtt://?"
        return str(error)
    if "EXPIRED" in reason:
        return _ended(tls) or f"the broker takes {tls.cert} for ended, on {day(own.not_valid_after_utc)}"
    if "UNKNOWN_CA" in reason:
        return (
            f"the broker does not know {own.issuer.rfc4514_string()}, who issued {tls.cert}: have the broker "
            "trust that authority, or one that it trusts issue another"
        )
    if "REVOKED" in reason:
        return f"{tls.cert} was revoked: have another one issued"
    return _ended(tls) or f"the broker refuses {tls.cert} ({reason}): ask there why, and for another one"


def _ended(tls: Tls) -> str:
    """That our own certificate has ended, if it has."""
    own = tls.own()
    if own is None or own.not_valid_after_utc > datetime.now(UTC):
        return ""
    return (
        f"{tls.cert} ended on {day(own.not_valid_after_utc)}: have it renewed and put in its place, "
        "the next attempt reads it anew"
    )


def _ended_authorities(tls: Tls, now: datetime) -> str:
    ended = [each for each in certificates(tls.ca) if each.not_valid_after_utc < now]
    told = (f"{each.subject.rfc4514_string()} on {day(each.not_valid_after_utc)}" for each in ended)
    return f": in {tls.ca} {', '.join(told)}" if ended else ""


async def _refusal(tls: Tls) -> str:
    """What the broker has against us, asked once more by a connection on which nothing is said.

    TLS 1.3 tells it only after we have begun to speak (RFC 8446, 4.4.2.4): what we said then meets a closed
    socket, and the reset that answers it may overtake the alert.
    """
    with suppress(OSError, ConfigError):  # TimeoutError is an OSError: then it has nothing against us
        try:
            async with asyncio.timeout(_REFUSED_S):
                reader, writer = await asyncio.open_connection(tls.host, tls.port, ssl=tls.context())
                try:
                    await reader.read(1)
                finally:
                    writer.transport.abort()
        except ssl.SSLError as error:
            return _alert(tls, error)
    return ""


async def _shown(tls: Tls) -> x509.Certificate | None:
    """The certificate that the broker shows: TLS tells of one it refuses no more than that it does.

    A connection of its own, that verifies nothing, says nothing and shows nothing of ours.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with suppress(OSError, ValueError):  # then there is nothing to tell of it; TimeoutError is an OSError
        async with asyncio.timeout(_LOOK_S):
            _, writer = await asyncio.open_connection(tls.host, tls.port, ssl=context)
        try:
            sealed: ssl.SSLObject = writer.get_extra_info("ssl_object")
            return x509.load_der_x509_certificate(sealed.getpeercert(binary_form=True) or b"")
        finally:
            writer.transport.abort()
    return None


def _name(shown: x509.Certificate | None) -> str:
    subject = shown.subject.rfc4514_string() if shown else ""
    return f"the broker's certificate ({subject})" if subject else "the broker's certificate"


def _issuer(shown: x509.Certificate | None) -> str:
    return shown.issuer.rfc4514_string() if shown else "an authority"


def _print(shown: x509.Certificate | None) -> str:
    return f" (SHA-256 {shown.fingerprint(hashes.SHA256()).hex()})" if shown else ""


def _trusted(tls: Tls) -> str:
    return str(tls.ca) if tls.ca else "this machine"


def _hosts(shown: x509.Certificate | None) -> list[str]:
    """What a certificate is for (RFC 6125: the subject's common name does not count)."""
    try:
        if shown is None:
            return []
        names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    addresses = map(str, names.get_values_for_type(x509.IPAddress))
    return [*names.get_values_for_type(x509.DNSName), *addresses]
