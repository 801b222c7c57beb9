"""A phone with a unit's key, and what it asks."""

import asyncio

from bumble import hci
from bumble.core import UUID
from bumble.device import Peer
from corolle.wire import gatt_words
from corolle.wire.gatt_central import Central
from corolle_gateway.links.lorawan.keys import Key

BOARD = hci.Address("02:00:00:00:01:01", hci.Address.PUBLIC_DEVICE_ADDRESS)


class Crew:
    """A phone with the unit's key, connected."""

    def __init__(self, yard, mtu: int | None, key: bytes, address: hci.Address = BOARD):
        self.yard = yard
        self.address = address
        self.refused: dict[str, int] = {}
        made = iter(range(1, 100))
        self.session = Central(Key(key), Key, lambda n: bytes([next(made)] * n), self.refused)
        self.frames: asyncio.Queue = asyncio.Queue()
        self.mtu = mtu or 23
        yard.do(self._connect(yard.phone(5), mtu))

    async def _connect(self, station, mtu):
        self.connection = await station.device.connect(self.address, timeout=5)
        peer = Peer(self.connection)
        if mtu:
            self.mtu = await peer.request_mtu(mtu)
        await peer.discover_services()
        await peer.discover_characteristics()
        self.peer = peer
        self.inbox = peer.get_characteristics_by_uuid(UUID(gatt_words.INBOX))[0]
        outbox = peer.get_characteristics_by_uuid(UUID(gatt_words.OUTBOX))[0]
        await peer.subscribe(outbox, self.frames.put_nowait)

    async def greet(self) -> bool:
        frame = self.session.begin()
        while frame:
            await self.inbox.write_value(frame, with_response=True)
            frame = self.session.receive(bytes(await self.frames.get()), 0)[0]
        return self.session.open

    async def ask(self, message: bytes) -> bytes:
        for frame in self.session.send(message, self.mtu):
            await self.inbox.write_value(frame, with_response=True)
        while True:
            whole = self.session.receive(bytes(await self.frames.get()), 0)[1]
            if whole is not None:
                return whole
