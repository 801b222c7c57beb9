"""The lamp's simulated sensors against their datasheets."""

from datetime import UTC, datetime

import pytest
from corolle_hil.chips.ds3231 import Ds3231
from corolle_hil.chips.lis3dh import Lis3dh
from corolle_hil.chips.ntc import Ntc
from corolle_hil.chips.tmp117 import Tmp117
from corolle_hil.chips.veml7700 import Veml7700
from corolle_hil.ports import Line, Nak

JULY_S = int(datetime(2026, 7, 14, 19, 40, 3, tzinfo=UTC).timestamp())


def later(scheduler, us):
    scheduler.run(scheduler.now_us + us)


def send(chip, text):
    chip.write(bytes.fromhex(text))


def ask(chip, text, n=1):
    chip.write(bytes.fromhex(text))
    return chip.read(n)


@pytest.fixture
def world():
    return {"lux": 0.0, "celsius": 25.0}


@pytest.fixture
def veml7700(scheduler, world):
    return Veml7700(scheduler, 0x10, lambda: world["lux"])


@pytest.fixture
def tmp117(scheduler, world):
    return Tmp117(scheduler, 0x48, lambda: world["celsius"])


@pytest.fixture
def lis3dh(scheduler):
    return Lis3dh(scheduler, 0x18, Line(4), lambda: (0.0, 0.0, 1.0))


def test_veml7700_after_power_up(veml7700):
    """Datasheet 84286: command code 0 is 0001h, shut down; code 7 is C481h."""
    assert [ask(veml7700, f"{code:02x}", 2).hex() for code in range(8)] == ["0100"] + ["0000"] * 6 + ["81c4"]


@pytest.mark.parametrize(
    ("config", "lux_a_step"),
    [
        ("c008", 0.0042),  # gain 2, 800 ms
        ("c000", 0.0084),
        ("c018", 0.0336),  # gain 1/4
        ("c010", 0.0672),  # gain 1/8
        ("8008", 0.0084),  # 400 ms
        ("4000", 0.0336),  # 200 ms
        ("0008", 0.0336),  # 100 ms
        ("0000", 0.0672),
        ("0010", 0.5376),
        ("0002", 0.1344),  # 50 ms
        ("0013", 2.1504),  # 25 ms
    ],
)
def test_veml7700_resolution_table(veml7700, scheduler, world, config, lux_a_step):
    world["lux"] = 200.0
    send(veml7700, f"00 {config}")
    later(scheduler, 900_000)
    steps = int.from_bytes(ask(veml7700, "04", 2), "little")
    assert steps == pytest.approx(min(65535, 200.0 / lux_a_step), abs=1.5)


def test_veml7700_shows_the_old_light_until_its_integration_is_over_and_in_sleep(veml7700, scheduler, world):
    world["lux"] = 67.2
    send(veml7700, "00 00 00")
    later(scheduler, 2_500 + 99_000)
    assert ask(veml7700, "04", 2) == bytes(2)
    later(scheduler, 1_000)
    steps = ask(veml7700, "04", 2)
    assert int.from_bytes(steps, "little") == pytest.approx(1000, abs=1.5)
    send(veml7700, "00 01 00")
    world["lux"] = 0.0
    later(scheduler, 1_000_000)
    assert ask(veml7700, "04", 2) == steps


def test_veml7700_reads_too_little_in_bright_light(veml7700, scheduler, world):
    """Application note 84323: 1500 lx read are 1658 lx."""
    send(veml7700, "00 00 10")
    for lux, read in ((1658.1, 1500), (900.0, 900), (1040.0, 1000)):
        world["lux"] = lux
        later(scheduler, 200_000)
        assert int.from_bytes(ask(veml7700, "04", 2), "little") * 0.5376 == pytest.approx(read, abs=1)


def test_veml7700_power_saving_lengthens_the_cycle(veml7700, scheduler, world):
    send(veml7700, "03 01 00")
    send(veml7700, "00 00 00")
    later(scheduler, 110_000)
    assert ask(veml7700, "04", 2) == bytes(2)
    world["lux"] = 67.2
    later(scheduler, 590_000)
    assert ask(veml7700, "04", 2) == bytes(2)
    later(scheduler, 10_000)
    assert ask(veml7700, "04", 2) != bytes(2)


def test_tmp117_after_power_up(tmp117, scheduler):
    """SNOSD82, 7.6: reset values; the result is -256 C until eight conversions of 15.5 ms are over."""
    for pointer, word in ((0, "8000"), (1, "0220"), (2, "6000"), (3, "8000"), (7, "0000"), (15, "0117")):
        assert ask(tmp117, f"{pointer:02x}", 2).hex() == word
    later(scheduler, 120_000)
    assert ask(tmp117, "00", 2).hex() == "8000"
    later(scheduler, 10_000)
    assert int.from_bytes(ask(tmp117, "00", 2), "big") == pytest.approx(0x0C80, abs=1)


@pytest.mark.parametrize(("celsius", "code"), [(-25, 0xF380), (0.125, 0x0010), (1, 0x0080), (100, 0x3200)])
def test_tmp117_data_format(tmp117, scheduler, world, celsius, code):
    """Table 7-1."""
    world["celsius"] = celsius
    later(scheduler, 1_000_000)
    assert int.from_bytes(ask(tmp117, "00", 2), "big") == pytest.approx(code, abs=1)


def test_tmp117_says_once_when_data_are_ready(tmp117, scheduler):
    later(scheduler, 200_000)
    assert ask(tmp117, "01", 2).hex() == "2220"
    assert ask(tmp117, "01", 2).hex() == "0220"
    later(scheduler, 1_000_000)
    assert ask(tmp117, "01", 2).hex() == "2220"


def test_tmp117_one_shot_ends_in_shutdown(tmp117, scheduler, world):
    send(tmp117, "01 0c 00")  # MOD = 11, no averaging
    later(scheduler, 16_000)
    assert ask(tmp117, "01", 2).hex() == "2400"
    world["celsius"] = 50.0
    later(scheduler, 60_000_000)
    assert int.from_bytes(ask(tmp117, "00", 2), "big") == pytest.approx(0x0C80, abs=1)


@pytest.mark.parametrize(
    ("config", "cycle_us"), [("0320", 8_000_000), ("03a0", 16_000_000), ("0000", 15_500)]
)
def test_tmp117_conversion_cycles(tmp117, scheduler, world, config, cycle_us):
    """CONV and AVG, 7.6: a change is seen with the next conversion and not before."""
    send(tmp117, f"01 {config}")
    later(scheduler, 124_000)
    first = ask(tmp117, "00", 2)
    world["celsius"] = 50.0
    later(scheduler, cycle_us - 10_000)
    assert ask(tmp117, "00", 2) == first
    later(scheduler, 10_000)
    assert int.from_bytes(ask(tmp117, "00", 2), "big") == pytest.approx(0x1900, abs=1)


def test_tmp117_offset_and_soft_reset(tmp117, scheduler):
    send(tmp117, "07 00 80")
    later(scheduler, 2_000_000)
    assert int.from_bytes(ask(tmp117, "00", 2), "big") == pytest.approx(0x0D00, abs=1)
    send(tmp117, "01 00 02")
    assert [ask(tmp117, text, 2).hex() for text in ("00", "01", "07")] == ["8000", "0220", "0000"]


def test_ntc_by_the_beta_equation():
    """10 kohm, 3435, on 10 kohm at 3.3 V: 1451.3 ohm at 85 C, 28704 ohm at 0 C."""
    celsius, line = [25.0], Line(1)
    chip = Ntc(line, lambda: celsius[0])
    assert line.adc_uv
    for temperature_c, uv in ((25.0, 1_650_000), (85.0, 418_243), (0.0, 2_447_381)):
        celsius[0] = temperature_c
        assert line.adc_uv() == pytest.approx(uv, abs=1)
    chip.stuck, celsius[0] = True, 60.0
    assert line.adc_uv() == pytest.approx(2_447_381, abs=1)
    chip.open = True
    assert line.adc_uv() == 3_100_000
    chip.open, chip.shorted = False, True
    assert line.adc_uv() == 0


def test_ds3231_after_its_first_power_up(scheduler):
    """19-5170: 2000-01-01 00:00:00, weekday 1; control 1Ch, status 88h (OSF, EN32kHz)."""
    clock = Ds3231(scheduler, 0x68)
    assert ask(clock, "00", 19).hex() == "00000001010100" + "00" * 7 + "1c8800" + "1900"


def test_ds3231_counts_and_wraps_its_pointer(scheduler):
    clock = Ds3231(scheduler, 0x68)
    send(clock, "00 58 59 23 04 31 12 99")
    later(scheduler, 1_500_000)
    assert ask(clock, "00", 7).hex() == "59592304311299"
    later(scheduler, 1_000_000)
    assert ask(clock, "00", 7).hex() == "00000005018100"  # the century bit
    assert ask(clock, "12", 3).hex() == "000000"


def test_ds3231_twelve_hours(scheduler):
    clock = Ds3231(scheduler, 0x68)
    send(clock, "00 00 30 71 02 14 07 26")  # 11:30 pm
    assert ask(clock, "02").hex() == "71"
    later(scheduler, 3_600_000_000)
    assert ask(clock, "02", 3).hex() == "520315"  # 12:30 am, the next day


def test_ds3231_flags_are_cleared_and_never_set_by_a_write(scheduler):
    clock = Ds3231(scheduler, 0x68)
    send(clock, "0f 00")
    assert ask(clock, "0f") == b"\x00"
    send(clock, "0f ff")
    assert ask(clock, "0f") == b"\x08"


def test_ds3231_drifts_outlives_power_cuts_and_not_its_battery(scheduler):
    clock = Ds3231(scheduler, 0x68, unix_s=JULY_S, drift_ppm=2.0)
    later(scheduler, 500_000 * 1_000_000)
    clock.power_up()
    assert clock.unix_us == (JULY_S + 500_001) * 1_000_000
    assert ask(clock, "0f") == b"\x00"
    clock.battery = False
    clock.power_up()
    assert ask(clock, "0f") == b"\x88"
    assert ask(clock, "05", 2).hex() == "0100"


def test_ds3231_notes_a_time_that_is_none(scheduler):
    clock = Ds3231(scheduler, 0x68, unix_s=JULY_S)
    send(clock, "04 31 06")
    send(clock, "00 5a")
    assert len(clock.mistakes) == 2
    assert clock.unix_us == JULY_S * 1_000_000


def test_stuck_sensors_repeat_themselves(scheduler, world, veml7700, tmp117, lis3dh):
    world["lux"] = 67.2
    send(veml7700, "00 00 00")
    send(lis3dh, "20 2f")
    clock = Ds3231(scheduler, 0x68, temperature_c=lambda: world["celsius"])
    chips = ((veml7700, "04", 2), (tmp117, "00", 2), (lis3dh, "a8", 6), (clock, "11", 2))
    later(scheduler, 10_000_000)
    before = [ask(*question) for question in chips]
    for chip, *_ in chips:
        chip.faults.stuck = True
    world |= {"lux": 6.72, "celsius": 50.0}
    lis3dh.tilt((1.0, 0.0, 0.0))
    later(scheduler, 10_000_000)
    after = [ask(*question) for question in chips]
    assert after[1:] == before[1:]
    assert int.from_bytes(after[0], "little") == pytest.approx(1000, abs=2)


def test_faults_on_the_bus(scheduler, veml7700, tmp117, lis3dh):
    for chip in (veml7700, tmp117, lis3dh, Ds3231(scheduler, 0x68)):
        chip.faults.naks = 1
        with pytest.raises(Nak):
            chip.write(b"\x00")
        chip.write(b"\x00")
        chip.faults.bus_stuck = True
        assert chip.holds_bus
        chip.faults.dead = True
        with pytest.raises(Nak):
            chip.read(2)
