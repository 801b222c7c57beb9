"""Bit packing, big-endian, most significant bit first, on a buffer of the caller's."""

from corolle.wire.errors import FrameError


class BitWriter:
    """Appends unsigned numbers of any width to `buffer`, which must hold zeros and be long enough."""

    def __init__(self, buffer: bytearray):
        self._buffer = buffer
        self.position = 0  # in bits

    def put(self, value: int, bits: int) -> None:
        """Append `value` in `bits` bits; ValueError when it does not fit in them or in the buffer."""
        if value < 0 or value >> bits:
            raise ValueError(f"{value} does not fit in {bits} bits")
        if self.position + bits > 8 * len(self._buffer):
            raise ValueError(f"buffer of {len(self._buffer)} bytes is full")
        while bits:
            free = 8 - self.position % 8
            taken = min(free, bits)
            bits -= taken
            chunk = (value >> bits) & ((1 << taken) - 1)
            self._buffer[self.position // 8] |= chunk << (free - taken)
            self.position += taken


class BitReader:
    """Takes unsigned numbers of any width from `buffer`."""

    def __init__(self, buffer: bytes):
        self._buffer = buffer
        self.position = 0  # in bits

    def take(self, bits: int) -> int:
        """The next `bits` bits; FrameError when the buffer ends before."""
        if self.position + bits > 8 * len(self._buffer):
            raise FrameError("length")
        value = 0
        while bits:
            left = 8 - self.position % 8
            taken = min(left, bits)
            byte = self._buffer[self.position // 8]
            value = value << taken | (byte >> (left - taken)) & ((1 << taken) - 1)
            self.position += taken
            bits -= taken
        return value
