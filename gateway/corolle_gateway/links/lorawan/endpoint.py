"""The UDP socket the concentrators speak to."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan import gwmp
from corolle_gateway.links.lorawan.concentrators import Address, Concentrators
from corolle_gateway.links.lorawan.gwmp import Datagram, Reception, Transmission
from corolle_gateway.links.lorawan.refused import Refused
from corolle_gateway.model import Sent

# Takes a frame; a future when it is to be acknowledged only after that is done.
Receive = Callable[[Reception], "asyncio.Future[Any] | None"]

NO_TX_ACK = "no_tx_ack"

# PROTOCOL.TXT, chapter 5.4. What else a datagram may say does not become a name in our counts.
_TX_ERRORS = (
    "TOO_LATE",
    "TOO_EARLY",
    "COLLISION_PACKET",
    "COLLISION_BEACON",
    "TX_FREQ",
    "TX_POWER",
    "GPS_UNLOCKED",
)
_TX_ACK_S = 1.0  # real seconds: how long a packet forwarder may take to answer
_RECEIVE_BUFFER = 4 << 20  # a street that wakes from a power cut speaks all at once


class Endpoint(asyncio.DatagramProtocol):
    """Acknowledges a datagram once all that is in it is committed, and sends downlinks."""

    def __init__(self, concentrators: Concentrators, counts: Counts, receive: Receive):
        self._concentrators = concentrators
        self._counts = counts
        self._receive = receive
        self._transport: asyncio.DatagramTransport | None = None
        self._token = 0
        self._unanswered: dict[bytes, asyncio.Future[str]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._transport = cast(asyncio.DatagramTransport, transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)

    def close(self) -> None:
        """Take no more datagrams."""
        if self._transport:
            self._transport.close()

    def error_received(self, exc: Exception) -> None:
        """A concentrator is not there any more (ICMP); it will pull again when it is."""
        self._counts.reject("udp_error", error=exc)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Take a datagram; what is malformed is counted."""
        try:
            datagram = gwmp.parse(data)
            if datagram.kind == gwmp.PUSH_DATA:
                self._push_data(datagram, addr)
            elif datagram.kind == gwmp.PULL_DATA:
                self._concentrators.pulled(datagram.gateway, addr)
                self._send(gwmp.acknowledgement(datagram), addr)
            else:
                self._tx_ack(datagram)
        except Refused as refused:
            self._counts.reject(refused.cause, source=addr[0])

    async def transmit(self, address: Address, transmission: Transmission) -> Sent:
        """Hand a frame to a concentrator; whether it says that it will send it."""
        self._token = (self._token + 1) % 0x10000
        token = self._token.to_bytes(2, "big")
        answer = self._unanswered[token] = asyncio.get_running_loop().create_future()
        self._send(gwmp.pull_resp(token, transmission), address)
        try:
            error = await asyncio.wait_for(answer, _TX_ACK_S)
        except TimeoutError:
            return Sent(False, NO_TX_ACK)
        finally:
            del self._unanswered[token]
        if error == "NONE":
            return Sent(True)
        return Sent(False, error.lower() if error in _TX_ERRORS else "tx_error")

    def _push_data(self, datagram: Datagram, addr: Address) -> None:
        self._concentrators.heard(datagram.gateway)
        pending = set()
        for reception in gwmp.receptions(datagram):
            if isinstance(reception, Refused):
                self._counts.reject(reception.cause, gateway=datagram.gateway)
            elif (stored := self._receive(reception)) is not None:
                pending.add(stored)
        if not pending:
            self._send(gwmp.acknowledgement(datagram), addr)
        waiting = len(pending)
        failed = False

        def done(future: asyncio.Future[Any]) -> None:
            nonlocal waiting, failed
            waiting -= 1
            failed = failed or future.cancelled() or future.exception() is not None
            if not waiting and not failed:
                self._send(gwmp.acknowledgement(datagram), addr)

        for future in pending:
            future.add_done_callback(done)

    def _tx_ack(self, datagram: Datagram) -> None:
        answer = self._unanswered.get(datagram.token)
        error = gwmp.tx_error(datagram)
        if answer is None or answer.done():
            raise Refused("unknown_tx_ack")
        answer.set_result(error)

    def _send(self, datagram: bytes, address: Address) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.sendto(datagram, address)
