"""ESP32's I2C and SPI masters in front of simulated chips."""

import time

import link
import ops

_SLOW_US = 1000  # a transfer that takes longer is felt: the board's time goes on meanwhile


class I2C:
    """An I2C master; a chip that does not acknowledge raises OSError(ENODEV), a stuck bus ETIMEDOUT."""

    def __init__(self, id, *, scl=None, sda=None, freq=400000, timeout=50000):
        self._id = id

    def _transfer(self, address, out, n):
        return link.call(ops.I2C, self._id, address << 16 | n, out)

    def scan(self):
        """Addresses that acknowledge."""
        found = []
        for address in range(8, 0x78):
            try:
                self._transfer(address, b"", 0)
            except OSError:
                continue
            found.append(address)
        return found

    def writeto(self, address, data, stop=True):
        """Write, return how many bytes were acknowledged."""
        self._transfer(address, data, 0)
        return len(data)

    def readfrom(self, address, n, stop=True):
        """Read n bytes."""
        return self._transfer(address, b"", n)

    def readfrom_into(self, address, buffer, stop=True):
        """Fill the buffer."""
        buffer[:] = self._transfer(address, b"", len(buffer))

    def writeto_mem(self, address, register, data, *, addrsize=8):
        """Write into a register."""
        self._transfer(address, register.to_bytes(addrsize // 8, "big") + data, 0)

    def readfrom_mem(self, address, register, n, *, addrsize=8):
        """Read n bytes from a register."""
        return self._transfer(address, register.to_bytes(addrsize // 8, "big"), n)

    def readfrom_mem_into(self, address, register, buffer, *, addrsize=8):
        """Fill the buffer from a register."""
        buffer[:] = self.readfrom_mem(address, register, len(buffer), addrsize=addrsize)


class SPI:
    """An SPI master; chip select is the driver's business."""

    MSB = 0

    def __init__(
        self,
        id,
        baudrate=500000,
        *,
        polarity=0,
        phase=0,
        bits=8,
        firstbit=MSB,
        sck=None,
        mosi=None,
        miso=None,
    ):
        self._id = id
        self._baudrate = baudrate

    def init(self, *, baudrate=None, **settings):
        """Other settings than the speed make no difference to a simulated wire."""
        self._baudrate = baudrate or self._baudrate

    def _transfer(self, out):
        """The chips see the bytes when the last one has gone over the wire."""
        us = 8_000_000 * len(out) // self._baudrate
        if us > _SLOW_US:
            time.sleep_us(us)
        return link.call(ops.SPI, self._id, 0, out)

    def write(self, data):
        """Send; what comes back is dropped."""
        self._transfer(data)

    def read(self, n, write=0):
        """Receive n bytes while sending `write`."""
        return self._transfer(bytes([write] * n))

    def readinto(self, buffer, write=0):
        """Fill the buffer while sending `write`."""
        buffer[:] = self.read(len(buffer), write)

    def write_readinto(self, out, into):
        """Send and receive at once; the two may be one buffer."""
        into[:] = self._transfer(out)


SoftI2C = I2C
SoftSPI = SPI
