"""Time on air of a LoRa frame, in whole microseconds (SX1261/2 datasheet, 6.1.4)."""

from corolle.wire.compat import const

_PREAMBLE_SYMBOLS = const(8)


def symbol_us(sf: int, bw_hz: int) -> int:
    """Length of a symbol; exact for the bandwidths 125, 250 and 500 kHz. ValueError for others."""
    if bw_hz not in (125_000, 250_000, 500_000):
        raise ValueError(f"bandwidth {bw_hz} Hz is not 125000, 250000 or 500000")
    if not 7 <= sf <= 12:
        raise ValueError(f"SF{sf} is outside SF7..SF12")
    return (1_000_000 // (bw_hz // 1000) << sf) // 1000


def low_data_rate(sf: int, bw_hz: int) -> bool:
    """Whether the low data rate optimisation is on: symbols of 16.38 ms or more (datasheet 6.1.1.4)."""
    return symbol_us(sf, bw_hz) >= 16_384


def airtime_us(length: int, sf: int, bw_hz: int = 125_000, crc: bool = True, implicit: bool = False) -> int:
    """Time on air of `length` bytes (the whole PHYPayload) at coding rate 4/5 with 8 preamble symbols."""
    optimised = 2 if low_data_rate(sf, bw_hz) else 0
    bits = 8 * length - 4 * sf + 28 + (16 if crc else 0) - (20 if implicit else 0)
    groups = -(-max(bits, 0) // (4 * (sf - optimised)))
    symbols = 8 + 5 * groups
    # Preamble and sync word take 4.25 symbols more than the preamble's own: all counted in quarters.
    quarters = 4 * (_PREAMBLE_SYMBOLS + symbols) + 17
    return quarters * symbol_us(sf, bw_hz) // 4
