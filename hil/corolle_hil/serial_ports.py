"""The controller's serial ports: bytes take their time on the wire, and wait in a buffer of limited size."""

import struct

from corolle_hil.ports import UartChip, wire_us
from corolle_hil.scheduler import Scheduler


class SerialPort:
    """One UART and the chip at its other end, if any.

    Nothing happens here between two calls of the firmware: what the chip has sent meanwhile is fetched then.
    """

    def __init__(self, scheduler: Scheduler):
        self._scheduler = scheduler
        self._chip: UartChip | None = None
        self._baud = 0  # 0: the firmware has not opened it
        self._room = 0
        self._buffer = bytearray()
        self._idle_us = 0  # when all that was written is out

    def attach(self, chip: UartChip) -> None:
        """Put a chip at the other end."""
        self._chip = chip
        chip.settle = self._hear

    def open(self, baud: int, buffer_bytes: int) -> None:
        """Start listening with an empty buffer; a baud rate of 0 stops it."""
        self._hear()
        self._baud, self._room = baud, buffer_bytes if baud else 0
        self._buffer.clear()

    def write(self, data: bytes) -> None:
        """Send after what is being sent."""
        if self._baud:
            begin_us = max(self._scheduler.now_us, self._idle_us)
            self._idle_us = begin_us + wire_us(len(data), self._baud)
            self._scheduler.at(self._idle_us, self._deliver, data, self._baud)

    def any(self) -> int:
        """How many bytes wait in the buffer."""
        self._hear()
        return len(self._buffer)

    def read(self, n: int) -> bytes:
        """Take the first n bytes, or as many as there are."""
        self._hear()
        data = bytes(self._buffer[:n])
        del self._buffer[:n]
        return data

    def _deliver(self, data: bytes, baud: int) -> None:
        if self._chip:
            self._chip.received(resample(data, baud, self._chip.baud))

    def _hear(self) -> None:
        """Fetch what has come; what finds the buffer full is lost, as in the ESP32's driver."""
        if self._chip:
            room = self._room - len(self._buffer)
            data = self._chip.sent(self._scheduler.now_us, room)
            if self._baud:
                self._buffer += resample(data, self._chip.baud, self._baud)[:room]


class SerialPorts:
    """All UARTs, as requests from the board reach them."""

    def __init__(self, scheduler: Scheduler):
        self._scheduler = scheduler
        self._ports: dict[int, SerialPort] = {}

    def attach(self, uart_id: int, chip: UartChip) -> None:
        """Put a chip on a UART."""
        self._port(uart_id).attach(chip)

    def open(self, uart_id: int, baud: int, payload: bytes) -> None:
        """Set the baud rate and the size of the receive buffer, and start listening."""
        self._port(uart_id).open(baud, struct.unpack("<I", payload)[0])

    def write(self, uart_id: int, _b: int, payload: bytes) -> None:
        """Send."""
        self._port(uart_id).write(payload)

    def any(self, uart_id: int, _b: int, _: bytes) -> tuple[int, bytes]:
        """Say how much can be read."""
        return 0, struct.pack("<I", self._port(uart_id).any())

    def read(self, uart_id: int, n: int, _: bytes) -> tuple[int, bytes]:
        """Read what there is."""
        return 0, self._port(uart_id).read(n)

    def reset(self) -> None:
        """Nobody listens any more."""
        for port in self._ports.values():
            port.open(0, 0)

    def _port(self, uart_id: int) -> SerialPort:
        if uart_id not in self._ports:
            self._ports[uart_id] = SerialPort(self._scheduler)
        return self._ports[uart_id]


def resample(data: bytes, sent_baud: int, heard_baud: int) -> bytes:
    """What a receiver at one baud rate makes of bytes that were sent, back to back, at another.

    It waits for a start bit and then looks at the middle of each bit (8N1); so a few per cent do no harm, and
    more gives garbage.
    """
    if sent_baud == heard_baud:
        return data
    wire = [bit for byte in data for bit in (0, *(byte >> n & 1 for n in range(8)), 1)]
    step = sent_baud / heard_baud  # bits sent while the receiver believes it hears one
    wire += [1] * (int(10 * step) + 1)  # then the line is idle
    heard = bytearray()
    at = 0.0
    while 0 in wire[int(at) :]:
        at = float(wire.index(0, int(at)))
        heard.append(sum(wire[int(at + (1.5 + n) * step)] << n for n in range(8)))
        at += 9.5 * step
    return bytes(heard)
