"""While a commit takes long, what waits for it in memory has a bound; nothing of it is lost."""

import asyncio
import socket
import sys
from typing import Any

from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.links.ble.gathering import Gathering
from corolle_gateway.links.ble.neighbours import Neighbours
from corolle_gateway.links.lorawan.concentrators import Concentrators
from corolle_gateway.links.lorawan.endpoint import Endpoint
from corolle_gateway.links.lorawan.gwmp import Reception
from corolle_gateway.log import Log
from corolle_gateway.model import Accepted, Guard, Sensed, Unit
from corolle_gateway.pending import Pending
from gateway_process import free_port
from packet_forwarder import PacketForwarder

_FRAMES, _MANY = 650, 300  # more than LoRaWAN, and Bluetooth, have under way at once
_TURNS = 200  # of the event loop: far more than it takes to read all there is


class Disk:
    """Commits nothing until it is told to."""

    def __init__(self) -> None:
        self.waiting: list[Pending[bool]] = []
        self.told: list[Sensed] = []

    def store(self, _: Reception | Sensed) -> Pending[bool]:
        """What an endpoint hands its frames to."""
        stored: Pending[bool] = Pending()
        self.waiting.append(stored)
        return stored

    def commit(self) -> int:
        """All at once; how many."""
        done, self.waiting = self.waiting, []
        for stored in done:
            stored.succeed(True)
        return len(done)


class Street(Disk):
    """What the BLE link hands its readings to."""

    def advance(self, *_: Any) -> Guard:
        return lambda _: True

    def sense(self, sensed: Sensed, _: Guard) -> Accepted:
        self.told.append(sensed)
        return Accepted(None, self.store(sensed))


def test_datagrams_wait_in_the_sockets_buffer():
    async def scenario() -> tuple[list[int], int]:
        log = Log(SystemClock().now, "error", sys.stderr)
        clock, counts, disk, port = SystemClock(), Counts(log), Disk(), free_port(socket.SOCK_DGRAM)
        endpoint = Endpoint(
            Concentrators(clock, log, counts), counts, lambda frames: [*map(disk.store, frames)]
        )
        endpoint.open("127.0.0.1", port)
        forwarder = PacketForwarder(port)
        for number in range(_FRAMES):
            forwarder.push_later(b"frame %d" % number)
            await asyncio.sleep(0)  # the socket's buffer alone need not hold all
        committed = []
        while sum(committed) < _FRAMES:
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            committed.append(disk.commit())
            assert committed[-1], "it reads no more"
        endpoint.close()
        forwarder.close()
        return committed, sum(committed)

    committed, total = asyncio.run(scenario())
    assert max(committed) < _FRAMES and total == _FRAMES


def test_readings_wait_as_readings():
    async def scenario() -> tuple[list[int], set[str]]:
        street: Any = Street()
        neighbours = Neighbours()
        units = [Unit(f"lamp-{n}", "lamp", "quai", f"{n:016x}", "", 43.6, 1.4, "C") for n in range(_MANY)]
        neighbours.load([(unit, bytes(16)) for unit in units], {})
        gathering, committed = Gathering(street, street), []
        for now_s in range(1000, 1150, 10):
            for neighbour in neighbours.by_name.values():
                neighbour.heard_s = float(now_s)
                gathering.add(neighbour, [(2, now_s / 100)])
            committed.append(street.commit())
            await asyncio.sleep(0)
        assert all(each.readings[2][0] >= 10.5 for each in street.told)  # the newest, not the first
        return committed, {each.unit.name for each in street.told}

    committed, told = asyncio.run(scenario())
    assert max(committed) < _MANY // 2 and len(told) == sum(committed) == _MANY
