"""Simulated SHT45 and ADS1115 against their datasheets."""

import errno

import pytest
from corolle_hil.chips.ads1115 import Ads1115
from corolle_hil.chips.sht45 import Sht45, crc8
from corolle_hil.peripherals import Buses
from corolle_hil.ports import Nak


def later(scheduler, us):
    scheduler.run(scheduler.now_us + us)


@pytest.fixture
def sht45(scheduler):
    return Sht45(scheduler, 0x44, lambda: (21.5, 48.0), serial=0x12345678)


@pytest.fixture
def volts():
    return [0.0, 0.0, 0.0, 0.0]


@pytest.fixture
def ads1115(scheduler, volts):
    return Ads1115(scheduler, 0x48, [lambda n=n: volts[n] for n in range(4)])


def test_crc_of_the_datasheet_example():
    """SHT4x datasheet 4.4: CRC(0xBEEF) = 0x92."""
    assert crc8(bytes.fromhex("BEEF")) == 0x92


def test_a_measurement_by_the_conversion_formulas(sht45, scheduler):
    """4.6: T = -45 + 175 S/65535, RH = -6 + 125 S/65535."""
    sht45.write(b"\xfd")
    later(scheduler, 8300)
    data = sht45.read(6)
    assert (crc8(data[:2]), crc8(data[3:5])) == (data[2], data[5])
    assert -45 + 175 * int.from_bytes(data[:2], "big") / 65535 == pytest.approx(21.5, abs=0.05)
    assert -6 + 125 * int.from_bytes(data[3:5], "big") / 65535 == pytest.approx(48.0, abs=0.1)


@pytest.mark.parametrize(("command", "longest_us"), [(0xFD, 8300), (0xF6, 4500), (0xE0, 1600)])
def test_nothing_is_acknowledged_while_measuring(sht45, scheduler, command, longest_us):
    sht45.write(bytes([command]))
    later(scheduler, longest_us - 1)
    for transfer in (lambda: sht45.read(6), lambda: sht45.write(b"\x89"), lambda: sht45.write(b"")):
        with pytest.raises(Nak):
            transfer()
    later(scheduler, 1)
    assert len(sht45.read(6)) == 6


def test_a_result_is_handed_out_once(sht45, scheduler):
    sht45.write(b"\xfd")
    later(scheduler, 10_000)
    sht45.read(6)
    with pytest.raises(Nak):
        sht45.read(6)


def test_serial_number(sht45):
    sht45.write(b"\x89")
    assert sht45.read(6) == bytes([0x12, 0x34, crc8(b"\x12\x34"), 0x56, 0x78, crc8(b"\x56\x78")])


def test_an_unknown_command_is_not_acknowledged(sht45):
    with pytest.raises(Nak):
        sht45.write(b"\x42")


def test_a_soft_reset_forgets_the_measurement(sht45, scheduler):
    sht45.write(b"\xe0")
    later(scheduler, 2000)
    sht45.write(b"\x94")
    later(scheduler, 1000)
    with pytest.raises(Nak):
        sht45.read(6)


def test_faults_of_a_chip_on_the_bus(sht45, scheduler):
    sht45.faults.naks = 1
    with pytest.raises(Nak):
        sht45.write(b"\xfd")
    sht45.write(b"\xfd")
    later(scheduler, 8300)
    sht45.faults.dead = True
    with pytest.raises(Nak):
        sht45.read(6)


def test_a_stuck_sensor_repeats_itself(scheduler):
    air = [(20.0, 50.0)]
    chip = Sht45(scheduler, 0x44, lambda: air[0])
    results = []
    for weather in ((20.0, 50.0), (30.0, 40.0)):
        air[0] = weather
        later(scheduler, 10_000)
        chip.write(b"\xfd")
        later(scheduler, 10_000)
        results.append(chip.read(6))
        chip.faults.stuck = True
    assert results[0] == results[1]


def test_registers_of_the_ads1115_after_power_up(ads1115):
    """SBAS444, table 8-2 and following."""
    for pointer, value in ((0, "0000"), (1, "8583"), (2, "8000"), (3, "7FFF")):
        ads1115.write(bytes([pointer]))
        assert ads1115.read(2) == bytes.fromhex(value)


@pytest.mark.parametrize(
    ("config", "volt", "code"),
    [
        (0xC383, 2.0, 16000),  # AIN0 against ground, 4.096 V, 125 uV a step
        (0xC383, 3.3, 26400),
        (0xC583, 1.024, 16384),  # 2.048 V, 62.5 uV a step
        (0xC583, 3.0, 32767),  # over range
        (0xC183, 3.0, 16000),  # 6.144 V, 187.5 uV a step
    ],
)
def test_a_single_conversion(ads1115, scheduler, volts, config, volt, code):
    volts[0] = volt
    ads1115.write(b"\x01" + config.to_bytes(2, "big"))
    later(scheduler, 8000)
    ads1115.write(b"\x00")
    assert int.from_bytes(ads1115.read(2), "big", signed=True) == pytest.approx(code, abs=2)


def test_multiplexer_and_differences(ads1115, scheduler, volts):
    volts[:] = [1.0, 1.5, 0.5, 0.25]
    for mux, volt in ((0, -0.5), (1, 0.75), (2, 1.25), (3, 0.25), (4, 1.0), (5, 1.5), (6, 0.5), (7, 0.25)):
        ads1115.write(b"\x01" + (0x8383 | mux << 12).to_bytes(2, "big"))
        later(scheduler, 8000)
        ads1115.write(b"\x00")
        code = int.from_bytes(ads1115.read(2), "big", signed=True)
        assert code * 125e-6 == pytest.approx(volt, abs=5e-4)


def test_the_os_bit_says_when_a_conversion_is_over(ads1115, scheduler, volts):
    """At 128 samples a second a conversion takes 7.8 ms; until then the old value stands."""
    volts[0] = 1.0
    ads1115.write(bytes.fromhex("01C383"))
    later(scheduler, 7500)
    assert not ads1115.read(2)[0] & 0x80
    ads1115.write(b"\x00")
    assert ads1115.read(2) == bytes(2)
    later(scheduler, 400)
    assert int.from_bytes(ads1115.read(2), "big") == pytest.approx(8000, abs=2)
    ads1115.write(b"\x01")
    assert ads1115.read(2)[0] & 0x80


def test_continuous_conversion_follows_the_input(ads1115, scheduler, volts):
    ads1115.write(bytes.fromhex("01C283"))
    for volt in (1.0, 2.0):
        volts[0] = volt
        later(scheduler, 20_000)
        ads1115.write(b"\x00")
        assert int.from_bytes(ads1115.read(2), "big") * 125e-6 == pytest.approx(volt, abs=5e-4)


def test_a_chip_that_holds_the_bus_stops_everybody_on_it(scheduler):
    buses = Buses()
    stuck, healthy = (
        Sht45(scheduler, 0x44, lambda: (20.0, 50.0)),
        Sht45(scheduler, 0x45, lambda: (20.0, 50.0)),
    )
    buses.attach_i2c(0, stuck)
    buses.attach_i2c(0, healthy)
    buses.attach_i2c(1, Sht45(scheduler, 0x44, lambda: (20.0, 50.0)))
    later(scheduler, 1000)
    stuck.faults.bus_stuck = True
    assert buses.i2c(0, 0x45 << 16, b"\xfd") == (errno.ETIMEDOUT, b"")
    assert buses.i2c(1, 0x44 << 16, b"\xfd") == (0, b"")
