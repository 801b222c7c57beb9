"""The EU863-870 channel plan (LoRaWAN regional parameters RP002-1.0.4, 2.5) and its duty cycles.

Duty cycles are those of the sub-bands of ERC Recommendation 70-03, annex 1, and EN 300 220-2.
"""

from corolle.wire.compat import const

JOIN_CHANNELS_HZ = (868_100_000, 868_300_000, 868_500_000)
RX2_FREQ_HZ = const(869_525_000)
RX2_DATA_RATE = const(0)
RECEIVE_DELAY1_S = const(1)
JOIN_ACCEPT_DELAY1_S = const(5)
_MAX_EIRP_DBM = const(16)
MAX_TX_POWER = const(7)  # index; each step is 2 dB less (table 7)
_ANTENNA_GAIN_DBI = const(2)
MAX_DATA_RATE = const(6)  # DR7 is FSK, which we do not use
MAX_CHANNELS = const(16)
ADR_ACK_LIMIT = const(64)
ADR_ACK_DELAY = const(32)

_SPREADING_FACTORS = b"\x0c\x0b\x0a\x09\x08\x07\x07"
_MAX_PAYLOADS = b"\x33\x33\x33\x73\xde\xde\xde"

# (first Hz, last Hz + 1, duty cycle as 1 / n, ERP limit in dBm).
SUB_BANDS = (
    (863_000_000, 865_000_000, 1000, 14),
    (865_000_000, 868_000_000, 100, 14),
    (868_000_000, 868_600_000, 100, 14),
    (868_700_000, 869_200_000, 1000, 14),
    (869_400_000, 869_650_000, 10, 27),
    (869_700_000, 870_000_000, 100, 14),
)


def modulation(data_rate: int) -> tuple:
    """(spreading factor, bandwidth in Hz) of a LoRa data rate; ValueError outside 0..6."""
    _check(data_rate)
    return _SPREADING_FACTORS[data_rate], 250_000 if data_rate == 6 else 125_000


def max_payload(data_rate: int) -> int:
    """The most bytes of application payload beside empty FOpts (N of the table that suits repeaters)."""
    _check(data_rate)
    return _MAX_PAYLOADS[data_rate]


def rx1_data_rate(up_data_rate: int, offset: int) -> int:
    """The data rate of RX1 (table 12); `offset` 0..5."""
    return max(up_data_rate - offset, 0)


def tx_power_dbm(tx_power: int) -> int:
    """EIRP of a power index 0..7."""
    return _MAX_EIRP_DBM - 2 * tx_power


def conducted_dbm(tx_power: int) -> int:
    """What a transmitter gives to a usual antenna (2 dBi) for a power index."""
    return tx_power_dbm(tx_power) - _ANTENNA_GAIN_DBI


def sub_band(freq_hz: int) -> int | None:
    """Place in SUB_BANDS of a frequency, None outside of them all."""
    for i, (first, end, _, _) in enumerate(SUB_BANDS):
        if first <= freq_hz < end:
            return i
    return None


def _check(data_rate: int) -> None:
    if not 0 <= data_rate <= MAX_DATA_RATE:
        raise ValueError(f"data rate {data_rate} is outside 0..{MAX_DATA_RATE}")
