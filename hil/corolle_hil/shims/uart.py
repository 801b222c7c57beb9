"""ESP32's UART in front of a simulated chip: what has come over the wire by now can be read, and no more."""

import struct

import link
import ops


class UART:
    """A UART, eight bits, no parity, one stop bit; reading never waits (the port's timeout of 0)."""

    def __init__(
        self, id, baudrate=115200, *, bits=8, parity=None, stop=1, tx=None, rx=None, txbuf=256, rxbuf=256
    ):
        self._id = id
        self._baudrate = baudrate
        link.post(ops.UART_OPEN, id, baudrate, struct.pack("<I", rxbuf))

    def any(self):
        """How many bytes can be read."""
        return struct.unpack("<I", link.call(ops.UART_ANY, self._id))[0]

    def read(self, n=0xFFFF):
        """At most n bytes; None when there are none."""
        return link.call(ops.UART_READ, self._id, n) or None

    def readinto(self, buffer, n=0xFFFF):
        """Read into the buffer, return how many bytes; None when there are none."""
        data = self.read(min(n, len(buffer)))
        if data is None:
            return None
        buffer[: len(data)] = data
        return len(data)

    def write(self, data):
        """Queue for sending, return how many bytes."""
        link.post(ops.UART_WRITE, self._id, 0, data)
        return len(data)

    def deinit(self):
        """Listen no more."""
        link.post(ops.UART_OPEN, self._id, 0, struct.pack("<I", 0))

    def __repr__(self):
        return f"UART({self._id}, baudrate={self._baudrate})"
