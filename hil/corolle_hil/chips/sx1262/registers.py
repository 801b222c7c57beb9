"""The SX1262's registers that matter to a LoRa driver (datasheet table 12-1)."""

from random import Random

IQ_POLARITY = 0x0736
SYNC_WORD = 0x0740
RANDOM = 0x0819
TX_MODULATION = 0x0889
RX_GAIN = 0x08AC
TX_CLAMP = 0x08D8
OCP = 0x08E7

_RESET = {
    0x0736: 0x0D,
    0x0740: 0x14,  # private network; public LoRaWAN is 0x3444
    0x0741: 0x24,
    0x0889: 0x01,
    0x08AC: 0x94,
    0x08D8: 0xC8,
    0x08E7: 0x18,
    0x0902: 0x00,
    0x0911: 0x05,
    0x0912: 0x05,
    0x0920: 0x00,
    0x0944: 0x00,
}
_FIRST, _LAST = 0x029F, 0x0944


class Registers:
    """The register file.

    Args:
        rng: feeds the random number generator at 0x0819.
    """

    def __init__(self, rng: Random):
        self._rng = rng
        self._bytes: dict[int, int] = {}
        self.reset()

    def reset(self) -> None:
        """Everything as after power-up."""
        self._bytes = dict(_RESET)

    def holds(self, address: int, count: int) -> bool:
        """Whether the range lies where the chip has registers for its user."""
        return _FIRST <= address and address + count - 1 <= _LAST

    def read(self, address: int) -> int:
        """One byte."""
        if RANDOM <= address < RANDOM + 4:
            return self._rng.randrange(256)
        return self._bytes.get(address, 0)

    def write(self, address: int, data: bytes) -> None:
        """Bytes from `address` on."""
        for offset, value in enumerate(data):
            self._bytes[address + offset] = value

    @property
    def sync_word(self) -> int:
        """The LoRa sync byte: the upper halves of both registers (0x3444 is 0x34)."""
        return self._bytes[SYNC_WORD] & 0xF0 | self._bytes[SYNC_WORD + 1] >> 4

    @property
    def rx_boosted(self) -> bool:
        """Whether the receiver spends current on sensitivity (datasheet 9.6)."""
        return self._bytes[RX_GAIN] == 0x96

    @property
    def iq_register_standard(self) -> bool:
        """Bit 2 of 0x0736: must be set for standard IQ and clear for inverted (datasheet 15.4)."""
        return bool(self._bytes[IQ_POLARITY] & 0x04)

    @property
    def modulation_tuned(self) -> bool:
        """Bit 2 of 0x0889: must be set before a transmission unless at 500 kHz (datasheet 15.1)."""
        return bool(self._bytes[TX_MODULATION] & 0x04)

    @property
    def clamp_raised(self) -> bool:
        """Bits 4:1 of 0x08D8 at 1111: the power amplifier bears a mismatched antenna (datasheet 15.2)."""
        return self._bytes[TX_CLAMP] & 0x1E == 0x1E
