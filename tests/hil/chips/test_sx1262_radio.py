"""The simulated SX1262 on the air: what one radio sends and another hears."""

import pytest
from corolle.wire.airtime import airtime_us

TX_DONE, RX_DONE, PREAMBLE, HEADER_VALID, CRC_ERR, TIMEOUT = 0x01, 0x02, 0x04, 0x10, 0x40, 0x200
STDBY_RC, RX, TX = 2, 5, 6
CONTINUOUS = "82 FF FF FF"
HELLO = "0E 00 68 65 6C 6C 6F"


@pytest.fixture
def pair(host):
    """Two radios 100 m apart, set up alike."""
    a, b = host("a", 0.0), host("b", 100.0)
    a.set_up()
    b.set_up()
    return a, b


def test_a_frame_arrives_with_its_bytes_length_and_levels(pair):
    a, b = pair
    b.send("82 00 00 00")
    a.send(HELLO, "83 00 00 00")
    a.wait(300_000)
    assert b.irq == RX_DONE | PREAMBLE | HEADER_VALID
    assert b.dio1.level == 1
    assert b.send("13 00 00 00")[2:] == bytes((5, 0x80))
    assert b.send("1E 80 00 00 00 00 00 00")[3:] == b"hello"
    rssi, snr, _ = b.send("14 00 00 00 00")[2:]
    # 14 dBm less 105.75 dB: 128.95 + 23.2 log10(0.1), by the path loss that the air is made with.
    assert -rssi / 2 == pytest.approx(-91.75, abs=0.5)
    assert snr / 4 == 12


def test_transmission_takes_its_time_on_air_and_falls_back_to_standby(pair):
    a, _ = pair
    a.send(HELLO, "83 00 00 00")
    switch_us = 126 + 5000 + 200
    assert a.wait_ready() == switch_us
    a.wait(airtime_us(5, 9) - 10)
    assert (a.mode, a.irq) == (TX, 0)
    a.wait(20)
    assert (a.mode, a.irq) == (STDBY_RC, TX_DONE)
    assert a.send("C0 00")[1] >> 1 & 7 == 6, "command status 6: TX done"


def test_clearing_the_interrupt_lets_dio1_fall(pair):
    a, _ = pair
    a.send(HELLO, "83 00 00 00")
    a.wait(300_000)
    assert a.dio1.level == 1
    a.send("02 00 01")
    assert (a.irq, a.dio1.level) == (0, 0)


def test_only_unmasked_events_are_kept(pair):
    a, _ = pair
    a.send("08 02 00 02 00 00 00 00 00", HELLO, "83 00 00 00")
    a.wait(300_000)
    assert (a.irq, a.dio1.level) == (0, 0)


@pytest.mark.parametrize(
    "deaf",
    [
        {"inverted": True},
        {"sf": 10},
        {"freq_hz": 868_300_000},
    ],
)
def test_a_frame_of_another_kind_is_not_heard(pair, deaf):
    a, b = pair
    b.set_up(**deaf)
    b.send(CONTINUOUS)
    a.send(HELLO, "83 00 00 00")
    a.wait(300_000)
    assert b.irq == 0


def test_a_frame_of_another_network_is_not_heard(pair):
    a, b = pair
    b.send("0D 07 40 14 24", CONTINUOUS)
    a.send(HELLO, "83 00 00 00")
    a.wait(300_000)
    assert b.irq == 0


def test_inverted_iq_is_heard_by_inverted_iq(pair):
    a, b = pair
    a.set_up(inverted=True)
    b.set_up(inverted=True)
    b.send(CONTINUOUS)
    a.send(HELLO, "83 00 00 00")
    a.wait(300_000)
    assert b.irq & RX_DONE
    assert not a.radio.mistakes
    assert not b.radio.mistakes


def test_listening_with_a_time_limit_ends_in_standby_with_a_timeout(pair):
    """13.1.5: the limit counts in steps of 15.625 us."""
    _, b = pair
    b.send("82 00 19 00")  # 6400 steps: 100 ms
    b.wait_ready()
    b.wait(99_900)
    assert (b.mode, b.irq) == (RX, 0)
    b.wait(200)
    assert (b.mode, b.irq) == (STDBY_RC, TIMEOUT)


def test_a_header_stops_the_time_limit(pair):
    a, b = pair
    b.send("82 00 19 00")  # 100 ms: after the header, before the end
    a.send(HELLO, "83 00 00 00")
    a.wait(300_000)
    assert b.irq & RX_DONE
    assert not b.irq & TIMEOUT


def test_a_symbol_limit_ends_a_window_without_a_preamble(pair):
    _, b = pair
    b.send("A0 08", "82 00 00 00")
    b.wait_ready()
    b.wait(8 * 4096 - 10)
    assert b.mode == RX
    b.wait(20)
    assert b.irq == TIMEOUT


def test_continuous_reception_goes_on_and_puts_frames_one_behind_the_other(pair):
    a, b = pair
    b.send(CONTINUOUS)
    for _ in range(2):
        a.send(HELLO, "83 00 00 00")
        a.wait(300_000)
    assert b.mode == RX
    assert b.send("13 00 00 00")[2:] == bytes((5, 0x85))
    assert b.send("10 00 00 00 00 00 00 00")[2:] == bytes((0, 2, 0, 0, 0, 0))


def test_a_receiver_that_comes_after_the_preamble_misses_the_frame(pair):
    a, b = pair
    a.send(HELLO, "83 00 00 00")
    a.wait(5326 + 6 * 4096)  # sixth symbol of eight: too few are left to find it
    b.send(CONTINUOUS)
    b.wait(300_000)
    assert b.irq == 0


def test_a_receiver_that_comes_early_in_the_preamble_hears_the_frame(pair):
    a, b = pair
    a.send(HELLO, "83 00 00 00")
    a.wait(4096)
    b.send(CONTINUOUS)
    b.wait(300_000)
    assert b.irq & RX_DONE


def test_a_collision_of_equals_sets_the_crc_error_interrupt(host):
    a, b, c = host("a", 0.0), host("b", 100.0), host("c", 200.0)
    for radio in (a, b, c):
        radio.set_up()
    b.send(CONTINUOUS)
    a.send(HELLO, "83 00 00 00")
    a.wait(95_000)  # past the header
    c.send(HELLO, "83 00 00 00")
    c.wait(400_000)
    assert b.irq & (RX_DONE | CRC_ERR) == RX_DONE | CRC_ERR
    assert b.send("10 00 00 00 00 00 00 00")[2:] == bytes((0, 0, 0, 1, 0, 0))


def test_without_a_crc_in_the_frame_a_collision_is_not_noticed(host):
    a, b, c = host("a", 0.0), host("b", 100.0), host("c", 200.0)
    for radio in (a, b, c):
        radio.set_up()
    a.send("8C 00 08 00 05 00 00", "0D 07 36 0D")
    b.send(CONTINUOUS)
    a.send(HELLO, "83 00 00 00")
    a.wait(85_000)  # past the header
    c.send(HELLO, "83 00 00 00")
    c.wait(400_000)
    assert b.irq & (RX_DONE | CRC_ERR) == RX_DONE
    assert b.send("1E 80 00 00 00 00 00 00")[3:] != b"hello"


def test_low_data_rate_optimisation_must_be_the_same_at_both_ends(pair):
    a, b = pair
    a.set_up(sf=12)
    b.set_up(sf=12)
    b.send("8B 0C 04 01 00", CONTINUOUS)
    a.send(HELLO, "83 00 00 00")
    a.wait(3_000_000)
    assert b.irq == 0


def test_an_antenna_switch_that_nobody_drives_costs_30_db(pair):
    a, b = pair
    a.send("9D 00")
    b.send(CONTINUOUS)
    a.send(HELLO, "83 00 00 00")
    a.wait(300_000)
    assert -b.send("14 00 00 00 00")[4] / 2 == pytest.approx(-91.75 - 30, abs=0.5)
    assert a.radio.mistakes["set_tx: antenna switch not driven"] == 1


def test_leaving_transmission_in_mid_frame_spoils_the_frame(pair):
    a, b = pair
    b.send(CONTINUOUS)
    a.send(HELLO, "83 00 00 00")
    a.wait_ready()
    a.wait(60_000)
    a.send("80 00")
    a.wait(300_000)
    assert not a.irq & TX_DONE
    assert b.irq & CRC_ERR


def test_a_lost_interrupt_leaves_the_event_in_the_register(pair):
    a, _ = pair
    a.radio.lost_irqs = 1
    a.send(HELLO, "83 00 00 00")
    a.wait(300_000)
    assert a.dio1.level == 0
    assert a.irq == TX_DONE
