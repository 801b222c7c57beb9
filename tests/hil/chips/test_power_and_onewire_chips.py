"""The canopy's power meters and one-wire sensor against their datasheets."""

import pytest
from corolle_hil.chips.ds18b20 import Ds18b20, crc8
from corolle_hil.chips.ina226 import Ina226
from corolle_hil.onewire_buses import OneWireBuses
from corolle_hil.ports import Nak


def later(scheduler, us):
    scheduler.run(scheduler.now_us + us)


def ask(chip, pointer):
    chip.write(bytes([pointer]))
    return int.from_bytes(chip.read(2), "big")


def send(chip, text):
    """A reset pulse and bytes, most of them after SKIP ROM (CC)."""
    assert chip.reset()
    chip.write(bytes.fromhex(text))


def scratchpad(chip):
    send(chip, "CC BE")
    return chip.read(9)


@pytest.fixture
def world():
    return {"celsius": 25.0625, "line": (12.0, 10.0)}


@pytest.fixture
def ina226(scheduler, world):
    return Ina226(scheduler, 0x40, 0.002, lambda: world["line"])


@pytest.fixture
def ds18b20(scheduler, world):
    return Ds18b20(scheduler, lambda: world["celsius"])


def test_ina226_after_power_up(ina226):
    """SBOS547B, table 7-1."""
    resets = (0x4127, 0, 0, 0, 0, 0, 0, 0)
    assert tuple(ask(ina226, pointer) for pointer in range(8)) == resets
    assert (ask(ina226, 0xFE), ask(ina226, 0xFF)) == (0x5449, 0x2260)


def test_ina226_measures_before_it_is_configured(ina226, scheduler):
    later(scheduler, 2_100)
    assert (ask(ina226, 1), ask(ina226, 2), ask(ina226, 6)) == (0, 0, 0)
    later(scheduler, 200)
    assert ask(ina226, 6) == 0x0008  # CVRF
    assert ask(ina226, 6) == 0  # reading it clears it
    assert ask(ina226, 1) == pytest.approx(8000, abs=4)


def test_ina226_example_of_the_datasheet(ina226, scheduler, world):
    """8.2.1: 10 A through 2 mohm at 11.98 V, calibration A00h: 1F40h, 2570h, 2710h and 12B8h."""
    world["line"] = (11.98, 10.0)
    ina226.write(bytes.fromhex("05 0A00"))
    ina226.write(bytes.fromhex("00 4F27"))
    later(scheduler, 2_300_000)
    assert ask(ina226, 1) == pytest.approx(0x1F40, abs=1)
    assert ask(ina226, 2) == pytest.approx(0x2570, abs=1)
    assert ask(ina226, 4) == pytest.approx(0x2710, abs=2)
    assert ask(ina226, 3) == pytest.approx(0x12B8, abs=2)


@pytest.mark.parametrize(
    ("line", "shunt", "bus"),
    [
        ((12.0, -40.0), 0x8300, 9600),  # -80 mV, the example of the shunt voltage register
        ((0.0, 0.0), 0, 0),
        ((36.0, 60.0), 0x7FFF, 28800),  # 120 mV are beyond the range
        ((12.0, -60.0), 0x8000, 9600),
    ],
)
def test_ina226_codes(ina226, scheduler, world, line, shunt, bus):
    world["line"] = line
    ina226.write(bytes.fromhex("00 4F27"))
    later(scheduler, 2_300_000)
    assert (ask(ina226, 1) - shunt + 0x8000) % 0x10000 - 0x8000 == pytest.approx(0, abs=1)
    assert ask(ina226, 2) == pytest.approx(bus, abs=1)


@pytest.mark.parametrize(
    ("config", "duration_us"),
    [
        ("4007", 280),  # both, 140 us each: tables 7-3 to 7-6
        ("4127", 2_200),
        ("4325", 4 * 1_100),  # shunt alone, 4 averages
        ("4FFE", 1024 * 8_244),  # bus alone, 1024 averages
        ("4823", 128 * (140 + 1_100)),  # both, once
    ],
)
def test_ina226_conversion_times(ina226, scheduler, config, duration_us):
    later(scheduler, 10_000)
    ina226.write(bytes.fromhex("00" + config))
    later(scheduler, duration_us - 10)
    assert not ask(ina226, 6) & 8
    later(scheduler, 20)
    assert ask(ina226, 6) & 8


def test_ina226_triggered_and_power_down(ina226, scheduler, world):
    ina226.write(bytes.fromhex("00 4123"))
    later(scheduler, 3_000)
    first = ask(ina226, 2)
    world["line"] = (6.0, 1.0)
    later(scheduler, 1_000_000)
    assert ask(ina226, 2) == first == pytest.approx(9600, abs=4)
    ina226.write(bytes.fromhex("00 4123"))
    later(scheduler, 3_000)
    assert ask(ina226, 2) == pytest.approx(4800, abs=4)
    ina226.write(bytes.fromhex("00 4120"))
    world["line"] = (12.0, 1.0)
    later(scheduler, 1_000_000)
    assert ask(ina226, 2) == pytest.approx(4800, abs=4)
    assert ask(ina226, 6) & 8  # power-down does not clear it


def test_ina226_loses_everything_with_its_supply(ina226, scheduler):
    for how in (ina226.power_up, lambda: ina226.write(bytes.fromhex("00 8000"))):  # RST does the same
        ina226.write(bytes.fromhex("00 4F27"))
        ina226.write(bytes.fromhex("05 0A00"))
        later(scheduler, 2_300_000)
        assert (ask(ina226, 0), ask(ina226, 5), ask(ina226, 2) > 0) == (0x4F27, 0x0A00, True)
        how()
        assert (ask(ina226, 0), ask(ina226, 5), ask(ina226, 2)) == (0x4127, 0, 0)


def test_ina226_read_only_and_unknown_registers(ina226, scheduler):
    later(scheduler, 3_000)
    ina226.write(bytes.fromhex("FE 0000"))
    assert ask(ina226, 0xFE) == 0x5449
    with pytest.raises(Nak):
        ina226.write(b"\x08")


def test_ina226_faults(ina226, scheduler, world):
    later(scheduler, 3_000)
    before = ask(ina226, 2)
    ina226.faults.stuck = True
    world["line"] = (6.0, 0.0)
    later(scheduler, 3_000)
    assert ask(ina226, 2) == before
    ina226.faults.dead = True
    with pytest.raises(Nak):
        ina226.write(b"\x00")


def test_crc_of_maxims_application_note_27():
    """Its example of a ROM code: family 02h, serial number 00 00 00 01 B8 1C, checksum A2h."""
    assert crc8(bytes.fromhex("02 1C B8 01 00 00 00")) == 0xA2


def test_ds18b20_rom_code(ds18b20):
    send(ds18b20, "33")
    rom = ds18b20.read(8)
    assert rom[0] == 0x28
    assert crc8(rom) == 0
    send(ds18b20, "55" + rom.hex() + "BE")
    assert ds18b20.read(2) == b"\x50\x05"
    send(ds18b20, "55" + rom[:7].hex() + "00" + "BE")
    assert ds18b20.read(2) == b"\xff\xff"


def test_ds18b20_after_power_up(ds18b20):
    """19-7487, memory map: 0550h, alarm limits and configuration from the EEPROM, FFh, reserved, 10h."""
    found = scratchpad(ds18b20)
    assert found[:6] == bytes.fromhex("50 05 4B 46 7F FF")
    assert found[7] == 0x10
    assert crc8(found) == 0
    assert ds18b20.read(1) == b"\xff"  # nothing comes after the checksum


@pytest.mark.parametrize(
    ("celsius", "code"),
    [
        (125, 0x07D0),
        (85, 0x0550),
        (25.0625, 0x0191),
        (10.125, 0x00A2),
        (0.5, 0x0008),
        (0, 0x0000),
        (-0.5, 0xFFF8),
        (-10.125, 0xFF5E),
        (-25.0625, 0xFE6F),
        (-55, 0xFC90),
    ],
)
def test_ds18b20_temperature_codes(ds18b20, scheduler, world, celsius, code):
    """Table 1, within a step of noise."""
    world["celsius"] = celsius
    send(ds18b20, "CC 44")
    later(scheduler, 750_000)
    found = int.from_bytes(scratchpad(ds18b20)[:2], "little")
    assert (found - code + 0x8000) % 0x10000 - 0x8000 == pytest.approx(0, abs=1)


@pytest.mark.parametrize(
    ("config", "longest_us", "steps"),
    [("1F", 93_750, 8), ("3F", 187_500, 4), ("5F", 375_000, 2), ("7F", 750_000, 1)],
)
def test_ds18b20_conversion_times_and_resolution(ds18b20, scheduler, config, longest_us, steps):
    """Table 2. While it converts it answers zeros, then ones."""
    send(ds18b20, "CC 4E 00 00" + config)
    send(ds18b20, "CC 44")
    assert ds18b20.read(2) == bytes(2)
    later(scheduler, longest_us - 10)
    assert ds18b20.read(1) == b"\x00"
    assert scratchpad(ds18b20)[:2] == b"\x50\x05"  # the old one stands
    send(ds18b20, "CC 44")
    later(scheduler, longest_us)
    assert ds18b20.read(1) == b"\xff"
    found = scratchpad(ds18b20)
    assert found[0] % steps == 0
    assert found[4] == int(config, 16)


def test_ds18b20_reserved_bits_of_the_configuration_are_not_writable(ds18b20):
    send(ds18b20, "CC 4E 11 22 FF")
    assert scratchpad(ds18b20)[2:5] == bytes.fromhex("11 22 7F")


def test_ds18b20_scratchpad_is_lost_with_the_supply_and_the_eeprom_is_not(ds18b20, scheduler):
    send(ds18b20, "CC 4E 11 22 3F")
    ds18b20.power_up()
    assert scratchpad(ds18b20)[2:5] == bytes.fromhex("4B 46 7F")
    send(ds18b20, "CC 4E 11 22 3F")
    send(ds18b20, "CC 48")
    assert ds18b20.read(1) == b"\x00"  # copying takes 10 ms
    later(scheduler, 10_000)
    assert ds18b20.read(1) == b"\xff"
    ds18b20.power_up()
    assert scratchpad(ds18b20)[2:5] == bytes.fromhex("11 22 3F")
    send(ds18b20, "CC 4E 00 00 7F")
    send(ds18b20, "CC B8")
    assert scratchpad(ds18b20)[2:5] == bytes.fromhex("11 22 3F")


def test_ds18b20_supply_lost_in_a_conversion_leaves_85_degrees(ds18b20, scheduler):
    send(ds18b20, "CC 44")
    later(scheduler, 400_000)
    ds18b20.power_up()
    assert ds18b20.read(1) == b"\xff"
    later(scheduler, 400_000)
    assert scratchpad(ds18b20)[:2] == b"\x50\x05"


def test_ds18b20_understands_nothing_before_a_reset_pulse_and_one_command_after_it(ds18b20):
    ds18b20.write(bytes.fromhex("CC BE"))
    assert ds18b20.read(1) == b"\xff"
    send(ds18b20, "BE")  # no ROM command
    assert ds18b20.read(1) == b"\xff"
    send(ds18b20, "CC B4 BE")
    assert ds18b20.read(2) == b"\xff\xff"


def test_ds18b20_faults(ds18b20, scheduler, world):
    send(ds18b20, "CC 44")
    later(scheduler, 750_000)
    before = scratchpad(ds18b20)
    ds18b20.faults.stuck = True
    world["celsius"] = 60.0
    send(ds18b20, "CC 44")
    later(scheduler, 750_000)
    assert scratchpad(ds18b20) == before
    ds18b20.faults.garbled = 1.0
    assert crc8(scratchpad(ds18b20)) != 0
    ds18b20.faults.shorted = True
    assert ds18b20.reset()
    assert ds18b20.read(3) == bytes(3)
    ds18b20.faults.shorted = False
    ds18b20.faults.dead = True
    assert not ds18b20.reset()
    ds18b20.write(bytes.fromhex("CC BE"))
    assert ds18b20.read(2) == b"\xff\xff"


def test_ds18b20_without_its_supply_wire(ds18b20, scheduler):
    send(ds18b20, "CC B4")
    assert ds18b20.read(1) == b"\xff"
    ds18b20.faults.unsupplied = True
    send(ds18b20, "CC B4")
    assert ds18b20.read(1) == b"\x00"
    send(ds18b20, "CC 44")
    assert ds18b20.read(1) == b"\xff"
    later(scheduler, 750_000)
    assert scratchpad(ds18b20)[:2] == b"\x50\x05"


def test_a_pin_without_a_chip(ds18b20):
    buses = OneWireBuses()
    buses.attach(4, ds18b20)
    assert buses.reset(4, 0, b"") == (0, b"\x01")
    assert buses.reset(5, 0, b"") == (0, b"\x00")
    buses.write(5, 0, b"\xcc\xbe")
    assert buses.read(5, 3, b"") == (0, b"\xff\xff\xff")
