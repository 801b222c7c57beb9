"""A wire in the place of a canopy's LoRaWAN link: the same frames, at once, and orders to fail.

A class A node listens after it has spoken, once in many minutes; a schedule of orders needs one that always
does. All above the MAC is the firmware's own: who checks, carries out and answers an order, what is reported,
what is done when the radio is lost.
"""

from collections import Counter
from collections.abc import Callable

from corolle.wire.codec import encode, unpack
from corolle.wire.errors import FrameError
from corolle.wire.orders import ACK, COMMAND
from corolle.wire.words import VERDICTS, word_of

from corolle_hil.board import Board
from corolle_hil.ports import UartChip, wire_us
from corolle_hil.scheduler import Scheduler

_UART, _RING_GPIO = 1, 38  # free on a canopy's boards
_HELLO, _TIME, _HANG, _LOSE = 250, 251, 252, 253  # ports that LoRaWAN leaves to nobody

# The node's end: it is linked in the place of the module of this name.
NODE_END = {
    "corolle.radio.lorawan": f"""
import asyncio
import struct
import time

import machine


class LoRaWan:
    joined = idle = healthy = True

    def __init__(self, radio, identity, store, log, class_c, on_downlink, on_time):
        self.radio = radio  # which the unit tests with its other parts
        self.stats = {{"uplinks": 0, "downlinks": 0}}
        self._on_downlink = on_downlink
        self._on_time = on_time
        self._uart = machine.UART({_UART}, baudrate=921600, rxbuf=4096)
        self._rung = asyncio.ThreadSafeFlag()
        machine.Pin({_RING_GPIO}, machine.Pin.IN).irq(lambda pin: self._rung.set(), machine.Pin.IRQ_RISING)

    def send(self, port, payload, priority):
        self._uart.write(bytes((port, len(payload))) + payload)
        return True

    async def run(self):
        self.send({_HELLO}, b"", 0)
        while True:
            await self._rung.wait()
            while self._uart.any():
                port, length = self._uart.read(2)
                payload = self._uart.read(length) if length else b""
                if port == {_LOSE}:
                    return
                self._take(port, payload)

    def _take(self, port, payload):
        if port == {_TIME}:
            self._on_time(struct.unpack("<I", payload)[0], 0)
        elif port == {_HANG}:
            for _ in range(struct.unpack("<I", payload)[0]):
                time.sleep(1)  # nothing else runs meanwhile, but interrupts
        else:
            self._on_downlink(port, payload)


def Identity(*known):
    return known
"""
}
# A pulse on the pin tells the board that there is a frame.


class Wire(UartChip):
    """The far end. `verdicts` counts the node's answers; `on_frame(port, payload)` hears all it says."""

    baud = 921_600

    def __init__(self, scheduler: Scheduler, board: Board, on_frame: Callable[[int, bytes], None]):
        super().__init__()
        self.verdicts: Counter[str] = Counter()
        self._scheduler = scheduler
        self._on_frame = on_frame
        self._ring = board.line(_RING_GPIO)
        self._ring.drive(0)
        self._orders = 0
        board.attach_uart(_UART, self)

    def order(self, verb: int, value: int, until_s: int, author: str) -> None:
        """An order as the gateway sends it; `verb` by its code."""
        self._orders += 1
        fields = {"id": self._orders, "verb": verb, "value": value, "until_s": until_s, "author": author}
        self.send(COMMAND.port, encode(COMMAND, fields))

    def hang(self, seconds: int) -> None:
        """The task that listens does not come back for so long, and lets no other run."""
        self.send(_HANG, seconds.to_bytes(4, "little"))

    def lose(self) -> None:
        """The link fails as a MAC does whose radio is gone."""
        self.send(_LOSE, b"")

    def send(self, port: int, payload: bytes) -> None:
        """A downlink; where nobody listens it is lost."""
        frame = bytes((port, len(payload))) + payload
        self.say(frame, self._scheduler.now_us)
        self._scheduler.after(wire_us(len(frame), self.baud) + 1000, self._pulse)

    def received(self, data: bytes) -> None:
        """What the node says: each of its writes is a frame."""
        port, payload = data[0], data[2:]
        if port == _HELLO:
            self.send(_TIME, (self._scheduler.unix_us // 1_000_000).to_bytes(4, "little"))
            return
        if port == ACK.port:
            self._count(payload)
        self._on_frame(port, payload)

    def _count(self, payload: bytes) -> None:
        try:
            self.verdicts[word_of(VERDICTS, unpack(ACK, payload)["verdict"])] += 1
        except FrameError as error:
            self.verdicts[f"unreadable: {error.cause}"] += 1

    def _pulse(self) -> None:
        self._ring.drive(1)
        self._ring.drive(0)
