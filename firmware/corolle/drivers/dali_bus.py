"""The master of one DALI bus, on an SPI host of its own (IEC 62386-101).

A pin interrupt comes milliseconds late and a UART cannot frame Manchester code. So one full-duplex transfer
at 100 kHz does everything with the timing of hardware: MOSI drives the transmitter (1 pulls the bus low, an
idle pin leaves it alone), MISO samples the bus every 10 us, from before our frame until an answer is over.
"""

import time

from corolle.drivers.chip import ChipError
from corolle.wire.compat import const

GAP_MS = const(15)  # 8.3.2: at least 13.5 ms from the end of a frame to our next one; a tick may be short

# In samples. Half a bit is 416.7 us; the receiver's limits (8.2.1, table 18) are a sample wider at each end.
_HALF_MIN = const(32)  # 333.3 us
_HALF_MAX = const(51)  # 500 us
_BIT_MIN = const(65)  # 666.7 us
_BIT_MAX = const(101)  # 1000 us
_STOP = const(240)  # 2.4 ms of rest end a frame
_LATEST = const(1290)  # 8.2.3, table 20: an answer begins at most 12.4 ms after our frame, plus half a bit
_EDGE = const(3)  # a new level is one that stays: couplers ring at a slow edge
_LEAD = const(8)  # the bus at rest before our frame

_SEND_BYTES = const(212)  # 17 ms: lead, 17 bits, rest. Multiples of 4, so that DMA needs no copy
_ASK_BYTES = const(484)  # 38.7 ms: and the latest answer, 9 bits of the slowest gear, rest


class Garbled(ChipError):
    """Something answered that is no frame: several gears at once, or noise."""


class DaliBus:
    """One bus, this the only master. A transfer blocks for 17 ms, with a question for 39 ms.

    Whoever sleeps GAP_MS between frames is never blocked by the gap between them.

    Args:
        spi: runs at 100 kHz (80 MHz / 16 / 50: an ESP32-S3 divides by 16 x 64 at most), without chip select.
        inverted: the receiver's output is low while the bus is high, as behind an opto-coupler.
    """

    def __init__(self, spi, inverted: bool = False):
        self._spi = spi
        self._low = 1 if inverted else 0
        self._record = memoryview(bytearray(_ASK_BYTES))
        self._samples = 0
        self._rest = 0  # where the last good frame ended
        self._ready_ms = time.ticks_ms()

    def send(self, address: int, data: int, twice: bool = False) -> None:
        """A forward frame; a configuration command is obeyed when it comes twice within 100 ms.

        Raises ChipError when the bus is low, nobody drives it, or another sender is heard.
        """
        for _ in range(2 if twice else 1):
            self._exchange(address << 8 | data, _SEND_BYTES)

    def ask(self, address: int, data: int) -> "int | None":
        """A forward frame and its answer, 0 to 255, or None for silence, which often means no.

        Raises Garbled for what is no answer, and ChipError as send() does.
        """
        self._exchange(address << 8 | data, _ASK_BYTES)
        start = self._edge(self._rest)
        if start - self._rest > _LATEST:
            return None
        answer = self._decode(start, 8)
        if answer < 0:
            raise Garbled(f"DALI: no frame came in answer to 0x{address:02x} 0x{data:02x}: several at once?")
        return answer & 0xFF

    def _exchange(self, word: int, length: int) -> None:
        """Send 16 bits, keep what the bus does meanwhile and after, and see that it did what we sent."""
        data = self._record[:length]
        self._samples = 8 * length
        self._encode(1 << 16 | word, data)  # some milliseconds of work on an ESP32, within the gap
        wait_ms = time.ticks_diff(self._ready_ms, time.ticks_ms())
        if 0 < wait_ms <= GAP_MS:
            time.sleep_ms(wait_ms)
        self._spi.write_readinto(data, data)
        self._ready_ms = time.ticks_add(time.ticks_ms(), GAP_MS)
        if data[0] >> 7 == self._low:
            raise ChipError("DALI: the bus is low: shorted, or without its supply")
        start = self._edge(0)
        if start == self._samples:
            raise ChipError("DALI: nothing of what was sent is heard: check transmitter and receiver")
        if self._decode(start, 16) != 1 << 16 | word:
            raise ChipError(f"DALI: 0x{word:04x} was heard changed: another sender on the bus?")

    def _encode(self, word: int, data) -> None:
        """17 bits, the start bit first: a 1 is low and then high, a 0 high and then low (7.2)."""
        for place in range(len(data)):
            data[place] = 0
        for half in range(34):
            if (word >> 16 - half // 2 ^ half) & 1:
                for place in range(_LEAD + half * 125 // 3, _LEAD + (half + 1) * 125 // 3):
                    data[place >> 3] |= 0x80 >> (place & 7)

    def _decode(self, place: int, bits: int) -> int:
        """The frame whose start bit begins at `place`, that bit first; -1 when it is none."""
        word = bit = 1
        edge = self._edge(place)  # in the middle of the start bit; from here on from middle to middle
        good = _is_half(edge - place)
        for _ in range(bits):
            place, edge = edge, self._edge(edge)
            if _is_half(edge - place):  # two equal bits have an edge between them
                place, edge = edge, self._edge(edge)
                good = good and _is_half(edge - place)
            else:
                good = good and _BIT_MIN <= edge - place <= _BIT_MAX
                bit ^= 1
            word = word << 1 | bit
        if not bit:
            place, edge = edge, self._edge(edge)
            good = good and _is_half(edge - place)
        self._rest = edge
        after = self._edge(edge)
        return word if good and (after - edge >= _STOP or after == self._samples) else -1

    def _edge(self, place: int) -> int:
        """Where the bus leaves the level that it has at `place`; the end of the record if it does not."""
        record, samples = self._record, self._samples
        if place >= samples:
            return samples
        level = record[place >> 3] >> (~place & 7) & 1
        whole = 0xFF * level
        while place < samples:
            byte = record[place >> 3]
            if byte == whole and not place & 7:
                place += 8
                continue
            later = min(place + _EDGE, samples - 1)
            if byte >> (~place & 7) & 1 != level and record[later >> 3] >> (~later & 7) & 1 != level:
                return place
            place += 1
        return samples


def _is_half(samples: int) -> bool:
    return _HALF_MIN <= samples <= _HALF_MAX
