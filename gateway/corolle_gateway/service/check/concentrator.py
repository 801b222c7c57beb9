"""The concentrator: a packet forwarder that speaks to the port, or has spoken to the gateway that runs."""

import errno
import socket
import time

from corolle_gateway.config import Config
from corolle_gateway.errors import StartError
from corolle_gateway.logs import reader
from corolle_gateway.logs.folder import log_folder
from corolle_gateway.logs.logfmt import parse
from corolle_gateway.service.check.finding import Finding, bad, doubtful, good

_EUI_AT, _EUI_END = 4, 12  # Semtech UDP protocol version 2: version, token, kind, EUI-64
_VERSION = 2
_FOUND = " event=concentrator_found "


def concentrator(settings: Config, wait_s: float) -> Finding:
    """Who speaks to the UDP port; a gateway that runs already has listened there itself."""
    bind, port = settings.lorawan.bind, settings.lorawan.port
    try:
        address = socket.getaddrinfo(bind, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(address[0], socket.SOCK_DGRAM) as listening:
            listening.bind(address[4])
            eui = _heard(listening, wait_s)
    except OSError as error:
        if error.errno == errno.EADDRINUSE and (known := _logged(settings)) is not None:
            return known
        return bad("concentrator", "concentrator_taken", bind=bind, port=port, why=error.strerror)
    if eui is None:
        return bad("concentrator", "concentrator_mute", bind=bind, port=port, wait_s=round(wait_s))
    return good("concentrator", "concentrator_heard", eui=eui, bind=bind, port=port)


def _heard(listening: socket.socket, wait_s: float) -> str | None:
    """The EUI of the first packet forwarder."""
    end_s = time.monotonic() + wait_s
    while (left_s := end_s - time.monotonic()) > 0:
        listening.settimeout(left_s)
        try:
            datagram = listening.recv(65_535)
        except TimeoutError:
            break
        if len(datagram) >= _EUI_END and datagram[0] == _VERSION:
            return datagram[_EUI_AT:_EUI_END].hex()
    return None


def _logged(settings: Config) -> Finding | None:
    """What the log of the gateway that has the port says; None: it has no log."""
    try:
        lines = [line for line in reader.lines(log_folder(settings.gateway.data_dir)) if line]
    except StartError:
        return None
    found = [
        fields["gateway"]
        for line in lines
        if _FOUND in line and (fields := parse(line)) and "gateway" in fields
    ]
    if not found:
        return doubtful("concentrator", "concentrator_unknown")
    return good("concentrator", "concentrator_logged", eui=", ".join(sorted(set(found))))
