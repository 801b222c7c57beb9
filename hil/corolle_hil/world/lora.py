"""LoRa as physics: what a signal is, how long it lasts, and how weak or disturbed it may be.

Time on air is computed here from what the chip was told, not from what the firmware believes it told it.
"""

import math
from dataclasses import dataclass

_THERMAL_NOISE_DBM_HZ = -174.0
DETECTION_SYMBOLS = 5  # preamble symbols a receiver needs to find a frame

# SNR below which a spreading factor is lost (SX1261/2 datasheet 6.1.1.1, table 6-1).
_SNR_LIMIT_DB = {5: -2.5, 6: -5.0, 7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}

# Signal-to-interference ratio a frame needs (row) against interferers of each spreading factor (column),
# SF7 to SF12: Goursaud and Gorce, "Dedicated networks for IoT: state of the art and challenges", 2015.
_ISOLATION_DB = (
    (6, -16, -18, -19, -19, -20),
    (-24, 6, -20, -22, -22, -22),
    (-27, -27, 6, -23, -25, -25),
    (-30, -30, -30, 6, -26, -28),
    (-33, -33, -33, -33, 6, -29),
    (-36, -36, -36, -36, -36, 6),
)


@dataclass(frozen=True, slots=True)
class Signal:
    """One frame as it leaves an antenna.

    `coding_rate` is the denominator of 4/5 to 4/8; `sync_word` is the byte that tells networks apart (0x34 is
    public LoRaWAN); `power_dbm` is the radiated power, EIRP.
    """

    freq_hz: int
    sf: int
    bw_hz: int
    payload: bytes
    power_dbm: float
    coding_rate: int = 5
    preamble_symbols: int = 8
    iq_inverted: bool = False
    sync_word: int = 0x34
    explicit_header: bool = True
    crc: bool = True
    low_data_rate: bool = False

    @property
    def symbol_us(self) -> float:
        """Length of one symbol."""
        return (1 << self.sf) * 1e6 / self.bw_hz

    @property
    def header_us(self) -> int:
        """From the start of the frame to the end of its header."""
        return round(self._head_symbols * self.symbol_us)

    @property
    def airtime_us(self) -> int:
        """Time on air (SX1261/2 datasheet 6.1.4)."""
        return round((self._head_symbols + self._payload_symbols()) * self.symbol_us)

    @property
    def _head_symbols(self) -> float:
        return self.preamble_symbols + (4.25 if self.sf > 6 else 6.25) + 8

    def _payload_symbols(self) -> int:
        bits = 8 * len(self.payload) + 16 * self.crc - 4 * self.sf + 20 * self.explicit_header
        bits_per_block = 4 * (self.sf - 2 * self.low_data_rate)
        if self.sf > 6:
            bits += 8
        return max(math.ceil(bits / bits_per_block), 0) * self.coding_rate


def noise_floor_dbm(bw_hz: int, noise_figure_db: float) -> float:
    """Power of a receiver's own noise in its band."""
    return _THERMAL_NOISE_DBM_HZ + 10 * math.log10(bw_hz) + noise_figure_db


def sensitivity_dbm(sf: int, bw_hz: int, noise_figure_db: float) -> float:
    """Weakest power a receiver still decodes."""
    return noise_floor_dbm(bw_hz, noise_figure_db) + _SNR_LIMIT_DB[sf]


def isolation_db(wanted: Signal, interferer: Signal) -> float:
    """Ratio of powers that `wanted` needs over `interferer` to survive it: 6 dB at the same SF (capture).

    A signal of the opposite IQ is as strange to the receiver as the neighbouring spreading factor.
    """
    row = _ISOLATION_DB[max(wanted.sf, 7) - 7]
    if wanted.sf == interferer.sf and wanted.iq_inverted != interferer.iq_inverted:
        return max(value for value in row if value < 0)
    return row[max(interferer.sf, 7) - 7]


def overlaps(a: Signal, b: Signal) -> bool:
    """Whether two signals share any of their band."""
    return abs(a.freq_hz - b.freq_hz) < (a.bw_hz + b.bw_hz) / 2


def sum_dbm(powers_dbm: list[float]) -> float:
    """Power of several signals together."""
    return 10 * math.log10(sum(10 ** (power / 10) for power in powers_dbm))
