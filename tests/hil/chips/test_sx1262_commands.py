"""The simulated SX1262 against statements of its datasheet (DS.SX1261-2.W.APP): commands, BUSY, errors."""

import pytest

XOSC_START_ERR, PLL_LOCK_ERR = 0x20, 0x40
STDBY_RC, STDBY_XOSC, FS, RX, TX = 2, 3, 4, 5, 6


def test_busy_is_high_for_3_5_ms_after_reset(host):
    """Table 8-2: cold start."""
    radio = host()
    assert radio.busy.level == 1
    assert radio.wait_ready() == 3500
    assert radio.mode == STDBY_RC


def test_a_command_while_busy_is_ignored_and_counted(host):
    radio = host()
    assert radio.raw("80 01") == bytes(2)
    assert radio.radio.mistakes["any: while BUSY is high"] == 1
    assert radio.mode == STDBY_RC


def test_nreset_brings_everything_back_to_its_default(host):
    """Chapter 8.1."""
    radio = host()
    radio.set_up()
    radio.reset.output(0)
    radio.wait(150)
    radio.reset.output(1)
    assert radio.wait_ready() == 3500
    assert radio.send("1D 07 40 00 00 00")[4:] == bytes.fromhex("1424")
    assert radio.send("11 00 00")[2] == 0


def test_a_reset_pulse_under_100_us_is_a_mistake(host):
    radio = host()
    radio.reset.output(0)
    radio.wait(20)
    radio.reset.output(1)
    assert radio.radio.mistakes["reset: low for less than 100 us"] == 1


def test_a_tcxo_without_supply_is_an_error_until_dio3_feeds_it(host):
    """Chapter 13.3.6: XOSC_START_ERR is raised at power-up and must be cleared."""
    radio = host()
    assert radio.errors & XOSC_START_ERR
    radio.send("80 01")
    assert (radio.mode, radio.command_status) == (STDBY_RC, 5)
    radio.send("97 02 00 01 40", "07 00 00", "89 7F")
    assert radio.errors == 0
    radio.send("80 01")
    assert radio.mode == STDBY_XOSC


def test_a_tcxo_with_too_low_a_voltage_does_not_start(host):
    radio = host(tcxo_mv=2400)
    radio.send("97 02 00 01 40", "07 00 00", "89 7F")
    assert radio.errors & XOSC_START_ERR


def test_a_crystal_starts_without_dio3(host):
    radio = host(tcxo_mv=None)
    assert radio.errors == 0
    radio.send("80 01")
    assert radio.mode == STDBY_XOSC


def test_without_calibration_the_pll_does_not_lock(host):
    radio = host()
    radio.send("97 02 00 01 40", "07 00 00", "C1")
    assert radio.mode == STDBY_RC
    assert radio.errors == PLL_LOCK_ERR


def test_calibrating_everything_takes_3_5_ms_and_the_tcxo_delay(host):
    """Chapter 9.2.1; the delay is 320 steps of 15.625 us."""
    radio = host()
    radio.send("97 02 00 01 40", "89 7F")
    assert radio.wait_ready() == 3500 + 5000


@pytest.mark.parametrize(("command", "busy_us"), [("80 01", 31), ("C1", 50)])
def test_switching_times_are_those_of_table_8_2(host, command, busy_us):
    radio = host(tcxo_mv=None)
    radio.send(command)
    assert radio.wait_ready() == busy_us


def test_the_tcxo_delay_comes_on_top_of_each_switch_from_stdby_rc(host):
    radio = host()
    radio.send("97 02 00 01 40", "89 7F", "80 01")
    assert radio.wait_ready() == 31 + 5000
    radio.send("C1")
    assert radio.wait_ready() == 40


@pytest.mark.parametrize(
    "command",
    [
        "80 02",
        "8A 02",
        "86 08 00 00 00",  # 128 MHz
        "8E 17 04",  # 23 dBm
        "8E 0E 08",
        "95 05 07 00 01",
        "95 04 07 01 01",  # the low-power amplifier is the SX1261's
        "96 02",
        "93 10",
        "97 08 00 01 40",
        "98 DB D7",
        "0D 12 34 00",
    ],
)
def test_illegal_parameters_are_refused_with_a_processing_error(host, command):
    radio = host()
    radio.send(command)
    assert radio.command_status == 4
    assert sum(radio.radio.mistakes.values()) == 1


def test_modulation_needs_the_packet_type_first(host):
    radio = host()
    radio.send("8B 09 04 01 00")
    assert radio.radio.mistakes == {"set_modulation_params: packet type is not LoRa": 1}


def test_unknown_opcodes_and_wrong_lengths_are_counted(host):
    radio = host()
    radio.send("FE 00", "86 36 41")
    assert radio.radio.mistakes == {"0xFE: unknown opcode": 1, "set_rf_frequency: 2 parameter bytes": 1}


def test_registers_and_buffer_keep_what_is_written(host):
    radio = host()
    radio.send("0D 07 40 34 44", "0E FE 01 02 03 04")
    assert radio.send("1D 07 40 00 00 00")[4:] == bytes.fromhex("3444")
    assert radio.send("1E FE 00 00 00 00 00")[3:] == bytes.fromhex("01020304")
    assert radio.send("1E 00 00 00 00")[3:] == bytes.fromhex("0304"), "the buffer wraps at 256 (13.2.3)"


def test_sleep_holds_busy_and_nss_wakes_with_the_configuration_kept(host):
    """8.2.2, 13.1.1: warm start takes 340 us."""
    radio = host()
    radio.send("0D 07 40 34 44", "84 04")
    radio.wait(10_000)
    assert radio.busy.level == 1
    radio.raw("C0 00")
    assert radio.wait_ready() == 340
    assert radio.send("1D 07 40 00 00 00")[4:] == bytes.fromhex("3444")
    assert not radio.radio.mistakes


def test_a_cold_start_from_sleep_forgets_everything(host):
    radio = host()
    radio.send("0D 07 40 34 44", "84 00")
    radio.raw("C0 00")
    assert radio.wait_ready() == 3500
    assert radio.send("1D 07 40 00 00 00")[4:] == bytes.fromhex("1424")


def test_a_transmission_outside_the_calibrated_band_fails(host):
    radio = host()
    radio.set_up(freq_hz=915_000_000)
    radio.send("83 00 00 00")
    assert radio.command_status == 5
    assert radio.radio.mistakes["set_tx: outside the calibrated band"] == 1


def test_forgotten_workarounds_are_counted(host):
    """Chapter 15."""
    radio = host()
    radio.set_up()
    radio.send("0D 08 89 01", "0D 08 D8 C8", "0D 07 36 09", "83 00 00 00")
    assert radio.radio.mistakes == {
        "set_tx: register 0x0889 not prepared": 1,
        "set_tx: register 0x08D8 not prepared": 1,
        "register 0x0736 does not match the IQ": 1,
    }


def test_set_packet_params_undoes_the_iq_workaround(host):
    radio = host()
    radio.set_up(inverted=True)
    radio.send("8C 00 08 00 05 01 01")
    assert radio.send("1D 07 36 00 00")[4] == 0x0D


def test_a_dead_chip_answers_nothing_and_a_stuck_one_never_gets_ready(host):
    radio = host()
    radio.wait_ready()
    radio.radio.dead = True
    assert radio.raw("C0 00") == bytes(2)
    radio.radio.dead = False
    radio.radio.busy_stuck = True
    radio.send("80 00")
    radio.wait(1_000_000)
    assert radio.busy.level == 1
