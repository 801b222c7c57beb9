"""Time on air against the table everybody computes (Semtech's LoRa calculator)."""

from corolle.wire.airtime import airtime_us, low_data_rate, symbol_us

# Bytes of application payload (13 of frame come on top), then ms at SF7 to SF12.
_TABLE_MS = (
    (11, (61.7, 113, 206, 371, 823, 1483)),
    (16, (66.8, 123, 226, 412, 905, 1647)),
    (24, (82.2, 144, 267, 494, 1069, 1974)),
    (51, (118, 216, 390, 698, 1561, 2794)),
)


def test_table():
    for application, row in _TABLE_MS:
        for i in range(6):
            us = airtime_us(application + 13, 7 + i)
            tolerance_us = 50 if row[i] < 100 else 600
            assert abs(us - row[i] * 1000) <= tolerance_us, (application, 7 + i, us)


def test_formula_by_hand():
    # SF12, 24 bytes: 8 * 24 - 48 + 28 + 16 = 188 bits, 188 / 40 -> 5 groups; (12.25 + 8 + 25) * 32.768 ms.
    assert airtime_us(24, 12) == 1_482_752
    assert airtime_us(24, 7, 250_000) == airtime_us(24, 7) // 2


def test_crc_and_header_take_their_symbols():
    # SF7: 10 bytes are 96 bits or 4 groups of 28, without CRC 80 and 3; 11 bytes are 104 and 84.
    assert airtime_us(10, 7) - airtime_us(10, 7, crc=False) == 5 * 1024
    assert airtime_us(11, 7) - airtime_us(11, 7, implicit=True) == 5 * 1024


def test_low_data_rate_optimisation_at_sf11_and_sf12():
    assert [low_data_rate(sf, 125_000) for sf in range(7, 13)] == [False] * 4 + [True] * 2
    assert not low_data_rate(11, 250_000)


def test_symbols():
    assert symbol_us(7, 125_000) == 1024
    assert symbol_us(12, 125_000) == 32_768
    assert symbol_us(7, 500_000) == 256


def test_what_is_not_lora_is_refused():
    for sf, bw_hz in ((6, 125_000), (13, 125_000), (7, 62_500)):
        try:
            symbol_us(sf, bw_hz)
        except ValueError:
            continue
        raise AssertionError((sf, bw_hz))
