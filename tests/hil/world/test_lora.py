"""LoRa as physics: time on air, sensitivity, isolation."""

import pytest
from corolle.wire.airtime import airtime_us, low_data_rate
from corolle_hil.world.lora import Signal, isolation_db, sensitivity_dbm

# Milliseconds by application bytes (13 bytes of LoRaWAN come on top), SF7 to SF12 at 125 kHz.
TIME_ON_AIR_MS = {
    11: (61.7, 113, 206, 371, 823, 1483),
    16: (66.8, 123, 226, 412, 905, 1647),
    24: (82.2, 144, 267, 494, 1069, 1974),
    51: (118, 216, 390, 698, 1561, 2794),
}


def signal(sf: int, length: int = 24, **others) -> Signal:
    return Signal(868_100_000, sf, 125_000, bytes(length), 14.0, low_data_rate=sf > 10, **others)


@pytest.mark.parametrize("application_bytes", TIME_ON_AIR_MS)
def test_time_on_air_of_the_published_table(application_bytes):
    for sf, expected_ms in zip(range(7, 13), TIME_ON_AIR_MS[application_bytes], strict=True):
        airtime_ms = signal(sf, application_bytes + 13).airtime_us / 1000
        assert airtime_ms == pytest.approx(expected_ms, rel=0.005)


def test_the_air_and_the_firmware_agree_on_time_on_air():
    for sf in range(7, 13):
        for length in (0, 1, 13, 64, 222, 255):
            for crc in (True, False):
                expected_us = airtime_us(length, sf, 125_000, crc)
                assert abs(signal(sf, length, crc=crc).airtime_us - expected_us) <= 1
        assert low_data_rate(sf, 125_000) == (sf > 10)


@pytest.mark.parametrize(("sf", "expected_dbm"), [(7, -124.5), (9, -129.5), (12, -137.0)])
def test_sensitivity_of_an_sx1262(sf, expected_dbm):
    """Datasheet table 3-8, boosted: -137 dBm at SF12, -124 dBm at SF7."""
    assert sensitivity_dbm(sf, 125_000, 6.0) == pytest.approx(expected_dbm, abs=0.6)


def test_capture_takes_6_db_and_other_spreading_factors_hardly_disturb():
    assert isolation_db(signal(9), signal(9)) == 6
    assert isolation_db(signal(9), signal(8)) < -20
    assert isolation_db(signal(9), signal(9, iq_inverted=True)) < -20
