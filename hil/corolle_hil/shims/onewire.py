"""ESP32's frozen `onewire` in front of a simulated chip: bytes, no single bits, and they take no time."""

import link
import ops


class OneWire:
    """A one-wire bus on a pin."""

    def __init__(self, pin):
        self.pin = pin
        pin.init(pin.IN, pin.PULL_UP)  # as an open drain idles

    def reset(self):
        """Give a reset pulse, return whether somebody is there."""
        return link.call(ops.ONEWIRE_RESET, self.pin._gpio) == b"\x01"

    def write(self, data):
        """Send bytes."""
        link.post(ops.ONEWIRE_WRITE, self.pin._gpio, 0, data)

    def writebyte(self, value):
        """Send a byte."""
        self.write(bytes((value,)))

    def readinto(self, buffer):
        """Fill the buffer."""
        buffer[:] = link.call(ops.ONEWIRE_READ, self.pin._gpio, len(buffer))

    def readbyte(self):
        """Read a byte."""
        return link.call(ops.ONEWIRE_READ, self.pin._gpio, 1)[0]

    def crc8(self, data):
        """Maxim's checksum: 0 over data that ends with its own."""
        crc = 0
        for byte in data:
            crc ^= byte
            for _ in range(8):
                crc = crc >> 1 ^ (0x8C if crc & 1 else 0)
        return crc
