"""The UDP socket the concentrators speak to."""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any

from msgspec import Struct

from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan import gwmp
from corolle_gateway.links.lorawan.concentrators import Address, Concentrators
from corolle_gateway.links.lorawan.gwmp import Datagram, Reception, Transmission
from corolle_gateway.links.lorawan.refused import Refused
from corolle_gateway.model import Sent
from corolle_gateway.pending import Pending

# Takes frames; gives of each what it waits for when it is to be acknowledged only after that is done.
Receive = Callable[[list[Reception]], list[Pending[Any] | None]]

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
_AT_A_TIME = 128
# Datagrams whose frames are not committed yet: each takes some 7 kB here and one in the socket's buffer, and
# Python gives back little of what the worst moment has taken. While the disk is slow they wait there.
_MOST_UNSTORED = 384
_LONGEST = 65_536
_RECEIVE_BUFFER = 4 << 20  # a street that wakes from a power cut speaks all at once


class _Push(Struct, gc=False):
    """A PUSH_DATA, and how many of its frames are on their way to the disk."""

    acknowledgement: bytes
    address: Address
    unstored: int = 0
    failed: bool = False


class Endpoint:
    """Acknowledges a datagram once all that is in it is committed, and sends downlinks."""

    def __init__(self, concentrators: Concentrators, counts: Counts, receive: Receive):
        self._concentrators = concentrators
        self._counts = counts
        self._receive = receive
        self._socket: socket.socket | None = None
        self._token = 0
        self._unanswered: dict[bytes, asyncio.Future[str]] = {}
        self._unstored = 0
        # For one datagram after the other: to take and give back so much for each tears memory into pieces.
        self._room = memoryview(bytearray(_LONGEST))

    def open(self, bind: str, port: int) -> None:
        """Begin to take datagrams. OSError when the address or the port cannot be had."""
        family, kind, _, _, address = socket.getaddrinfo(bind, port, type=socket.SOCK_DGRAM)[0]
        opened = socket.socket(family, kind)
        try:
            opened.setblocking(False)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            opened.bind(address)
        except OSError:
            opened.close()
            raise
        self._socket = opened
        asyncio.get_running_loop().add_reader(opened, self._readable, opened)

    def close(self) -> None:
        """Take no more datagrams."""
        if self._socket:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    def take(self, datagrams: list[tuple[bytes, Address]]) -> None:
        """Take datagrams together; what is malformed is counted and never raises.

        Here and wherever their frames come to, each step is taken with all of them before the next one: code
        that a processor has just run costs it a third of what it does after 5,000 other steps.
        """
        pushed = [push for data, source in datagrams if (push := self._read(data, source))]
        waits = iter(self._receive([reception for _, receptions in pushed for reception in receptions]))
        for push, receptions in pushed:
            self._acknowledge(push, [wait for wait in islice(waits, len(receptions)) if wait])

    def _read(self, data: bytes, source: Address) -> tuple[_Push, list[Reception]] | None:
        """What is to be taken of a datagram; None: nothing, or no more."""
        try:
            datagram = gwmp.parse(data)
            if datagram.kind == gwmp.PUSH_DATA:
                return self._push_data(datagram, source)
            if datagram.kind == gwmp.PULL_DATA:
                self._concentrators.pulled(datagram.gateway, source)
                self._send(gwmp.acknowledgement(datagram), source)
            else:
                self._tx_ack(datagram)
        except Refused as refused:
            self._counts.reject(refused.cause, source=source[0])
        return None

    def _readable(self, opened: socket.socket) -> None:
        """Many at a time: going once round the event loop costs more than a datagram does.

        All are read before the first is taken. While a commit runs, Python offers the interpreter to its
        thread at each system call, and has it back before that has woken: between two frames that is dear.
        """
        room = min(_AT_A_TIME, _MOST_UNSTORED - self._unstored)
        if room > 0:
            self.take(self._received(opened, room))
        else:
            asyncio.get_running_loop().remove_reader(opened)

    def _received(self, opened: socket.socket, most: int) -> list[tuple[bytes, Address]]:
        received: list[tuple[bytes, Address]] = []
        for _ in range(most):
            try:
                n, source = opened.recvfrom_into(self._room)
            except BlockingIOError:
                break
            except OSError as error:  # a concentrator is not there any more (ICMP); it will pull again
                self._counts.reject("udp_error", error=error.strerror)
            else:
                received.append((bytes(self._room[:n]), source))
        return received

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

    def _push_data(self, datagram: Datagram, source: Address) -> tuple[_Push, list[Reception]]:
        self._concentrators.heard(datagram.gateway)
        receptions: list[Reception] = []
        for reception in gwmp.receptions(datagram):
            if isinstance(reception, Refused):
                self._counts.reject(reception.cause, gateway=datagram.gateway)
            else:
                receptions.append(reception)
        return _Push(gwmp.acknowledgement(datagram), source), receptions

    def _acknowledge(self, push: _Push, waits: list[Pending[Any]]) -> None:
        """At once, or when all that it waits for is stored."""
        if not waits:
            self._send(push.acknowledgement, push.address)
            return
        self._unstored += 1
        push.unstored = len(waits)
        for wait in waits:
            wait.then(partial(self._decided, push))

    def _decided(self, push: _Push, done: Pending[Any]) -> None:
        """A frame is stored, or will not be; after the last of its datagram there is room for another one."""
        push.unstored -= 1
        push.failed = push.failed or done.error is not None
        if push.unstored:
            return
        self._unstored -= 1
        if self._unstored == _MOST_UNSTORED - 1 and self._socket:
            asyncio.get_running_loop().add_reader(self._socket, self._readable, self._socket)
        if not push.failed:
            self._send(push.acknowledgement, push.address)

    def _tx_ack(self, datagram: Datagram) -> None:
        answer = self._unanswered.get(datagram.token)
        error = gwmp.tx_error(datagram)
        if answer is None or answer.done():
            raise Refused("unknown_tx_ack")
        answer.set_result(error)

    def _send(self, datagram: bytes, address: Address) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto(datagram, address)
        except OSError as error:  # also when the socket's buffer is full: UDP may lose what it is given
            self._counts.reject("udp_error", error=error.strerror)
