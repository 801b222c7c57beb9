"""Commands and registers of the SX1262 over SPI (SX1261/2 datasheet rev. 2.1, chapters 8, 10 and 13)."""

import time

from corolle.wire.compat import const

_WRITE_REGISTER = const(0x0D)  # 13.2.1
_READ_REGISTER = const(0x1D)  # 13.2.2
_WRITE_BUFFER = const(0x0E)  # 13.2.3
_READ_BUFFER = const(0x1E)  # 13.2.4

_BUFFER = const(3 + 255)  # opcode, offset, status, and the longest frame
# The longest that BUSY lasts is a start from cold (3.5 ms, table 8-2) plus the delay given to a TCXO.
_BUSY_LIMIT_US = const(100_000)
_BUSY_STEP_US = const(50)
_RESET_PULSE_US = const(200)  # 8.1: at least 100 us


class RadioError(OSError):
    """The radio does not answer, or answers what it cannot mean."""


class CommandPort:
    """The chip's SPI side: one transaction at a time on one buffer that lives as long as the driver."""

    def __init__(self, spi, cs, busy, reset):
        self._spi = spi
        self._cs = cs
        self._busy = busy
        self._reset = reset
        self._buffer = memoryview(bytearray(_BUFFER))
        self.asleep = False
        cs.init(cs.OUT, value=1)
        busy.init(busy.IN)
        reset.init(reset.OUT, value=1)

    def reset(self) -> None:
        """Pulse NRESET and wait until the chip has started (8.1). RadioError when it does not."""
        self._reset.value(0)
        time.sleep_us(_RESET_PULSE_US)
        self._reset.value(1)
        time.sleep_us(_RESET_PULSE_US)  # BUSY is high from here on, unless nobody is there to drive it
        self.asleep = False
        self._wait_ready()

    def command(self, *data: int) -> None:
        """Opcode and parameters, a byte each."""
        n = len(data)
        self._buffer[:n] = bytes(data)
        self._transfer(n)

    def query(self, opcode: int, length: int) -> memoryview:
        """Status byte and `length` bytes of answer, valid until the next transaction."""
        n = 2 + length
        self._buffer[:n] = bytes(n)
        self._buffer[0] = opcode
        self._transfer(n)
        return self._buffer[1:n]

    def sleep(self, opcode: int, config: int) -> None:
        """SetSleep: BUSY stays high from then on (8.3.1), and the next transaction wakes the chip first."""
        self.command(opcode, config)
        self.asleep = True

    def read_register(self, address: int) -> int:
        """One byte; a status byte comes before it."""
        self._buffer[:5] = bytes((_READ_REGISTER, address >> 8, address & 0xFF, 0, 0))
        self._transfer(5)
        return self._buffer[4]

    def write_register(self, address: int, *values: int) -> None:
        """Bytes from `address` on."""
        self.command(_WRITE_REGISTER, address >> 8, address & 0xFF, *values)

    def change_register(self, address: int, clear: int, set: int) -> None:
        """Read, change some bits, write."""
        self.write_register(address, self.read_register(address) & ~clear & 0xFF | set)

    def write_buffer(self, payload: bytes) -> None:
        """A frame to be sent, from offset 0."""
        n = len(payload)
        self._buffer[0] = _WRITE_BUFFER
        self._buffer[1] = 0
        self._buffer[2 : 2 + n] = payload
        self._transfer(2 + n)

    def read_buffer(self, offset: int, length: int) -> bytes:
        """A frame that was received."""
        n = 3 + length
        self._buffer[:n] = bytes(n)
        self._buffer[0] = _READ_BUFFER
        self._buffer[1] = offset
        self._transfer(n)
        return bytes(self._buffer[3:n])

    def _transfer(self, length: int) -> None:
        if self.asleep:
            self._wake()
        self._wait_ready()
        data = self._buffer[:length]
        self._cs.value(0)
        try:
            self._spi.write_readinto(data, data)
        finally:
            self._cs.value(1)

    def _wake(self) -> None:
        """A falling edge of NSS wakes the chip (9.3); it must not be spoken to before BUSY is low."""
        self._cs.value(0)
        time.sleep_us(_BUSY_STEP_US)
        self._cs.value(1)
        self.asleep = False

    def _wait_ready(self) -> None:
        """No transaction while BUSY is high (8.3.1). RadioError when it stays so."""
        waited_us = 0
        while self._busy.value():
            if waited_us >= _BUSY_LIMIT_US:
                raise RadioError(
                    f"SX1262: BUSY high for {_BUSY_LIMIT_US // 1000} ms; check power and busy pin"
                )
            time.sleep_us(_BUSY_STEP_US)
            waited_us += _BUSY_STEP_US
