"""HCI packets over the Unix socket of an adapter.

Bumble's own transport reads as asyncio does, into a new piece of 256 kB each time: an allocator that has to
find those between pieces that stay takes more and more from the system.
"""

import asyncio

from bumble.transport.common import ParserSource, StreamPacketSink, Transport

_ROOM_BYTES = 4096


class _Source(asyncio.BufferedProtocol, ParserSource):
    """Reads into the same room always."""

    def __init__(self) -> None:
        super().__init__()
        self._room = memoryview(bytearray(_ROOM_BYTES))

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go."""
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        """So many have come."""
        self.parser.feed_data(bytes(self._room[:nbytes]))

    def connection_lost(self, exc: Exception | None) -> None:
        """The adapter has gone."""
        self.on_transport_lost()


async def connect(path: str) -> Transport:
    """The transport of a Bumble host. OSError when nobody offers the adapter."""
    transport, source = await asyncio.get_running_loop().create_unix_connection(_Source, path)
    return Transport(source, StreamPacketSink(transport))
