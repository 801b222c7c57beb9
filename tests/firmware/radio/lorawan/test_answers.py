"""MAC commands: what is obeyed, what is refused, and the bits that say so (LoRaWAN 1.0.4, chapter 5)."""

from corolle.radio.lorawan.answers import Answers
from corolle.radio.lorawan.duty import DutyCycle
from corolle.radio.lorawan.session import Session
from corolle.wire import mac_commands as mac
from corolle.wire import mac_network as network_mac
from lora_network import Flash


def _both():
    session = Session(Flash(), 1, bytes(16), bytes(16))
    session.data_rate = 3
    return session, Answers(session, DutyCycle(), lambda: 255)


def _obey(answers, *commands):
    changed = answers.obey(mac.parse(b"".join(commands), False), 0)
    pending = answers.pending()
    answers.sent()
    return changed, pending


def test_link_adr_sets_rate_power_channels_and_repeats():
    session, answers = _both()
    assert _obey(answers, network_mac.build_link_adr_req(5, 3, 0x0003, 0, 2)) == (True, b"\x03\x07")
    assert (session.data_rate, session.tx_power, session.ch_mask, session.nb_trans) == (5, 3, 3, 2)


def test_link_adr_15_and_0_keep():
    session, answers = _both()
    session.tx_power = 4
    assert _obey(answers, network_mac.build_link_adr_req(15, 15, 0x0007, 0, 0)) == (True, b"\x03\x07")
    assert (session.data_rate, session.tx_power, session.nb_trans) == (3, 4, 1)


def test_link_adr_all_channels_on():
    session, answers = _both()
    session.add_channel(4, 867_300_000, 0, 5)
    session.ch_mask = 1
    assert _obey(answers, network_mac.build_link_adr_req(5, 0, 0, 6, 1)) == (True, b"\x03\x07")
    assert session.ch_mask == 0x0017


def test_link_adr_is_refused_as_a_whole():
    session, answers = _both()
    for request, bits in (
        (network_mac.build_link_adr_req(5, 1, 0x0000, 0, 1), 0x06),  # no channel at all
        (network_mac.build_link_adr_req(5, 1, 0x0008, 0, 1), 0x06),  # channel 3 is not defined
        (network_mac.build_link_adr_req(5, 1, 0x0007, 3, 1), 0x06),  # ChMaskCntl 3 is reserved
        (network_mac.build_link_adr_req(7, 1, 0x0007, 0, 1), 0x05),  # DR7 is FSK
        (network_mac.build_link_adr_req(5, 8, 0x0007, 0, 1), 0x03),  # power index above 7
    ):
        assert _obey(answers, request) == (False, bytes((3, bits)))
    assert (session.data_rate, session.tx_power, session.ch_mask) == (3, 0, 7)


def test_a_block_of_link_adr_acts_as_one():
    session, answers = _both()
    block = (
        network_mac.build_link_adr_req(0, 0, 0x0001, 0, 1),
        network_mac.build_link_adr_req(4, 2, 0x0006, 0, 1),
    )
    assert _obey(answers, *block) == (True, b"\x03\x07\x03\x07")
    assert (session.data_rate, session.ch_mask) == (4, 6)
    bad = (
        network_mac.build_link_adr_req(5, 0, 0x0100, 0, 1),
        network_mac.build_link_adr_req(5, 0, 0x0007, 0, 1),
    )
    assert _obey(answers, *bad) == (False, b"\x03\x06\x03\x06")
    assert (session.data_rate, session.ch_mask) == (4, 6)


def test_duty_cycle():
    session, answers = _both()
    assert _obey(answers, network_mac.build_duty_cycle_req(7)) == (True, b"\x04")
    assert session.max_duty_cycle == 7


def test_rx_param_setup():
    session, answers = _both()
    assert _obey(answers, network_mac.build_rx_param_setup_req(2, 3, 869_525_000)) == (True, b"\x05\x07")
    assert (session.rx1_dr_offset, session.rx2_dr, session.rx2_freq_hz) == (2, 3, 869_525_000)
    answers.heard()
    assert _obey(answers, network_mac.build_rx_param_setup_req(6, 3, 869_525_000)) == (False, b"\x05\x03")
    answers.heard()
    assert _obey(answers, network_mac.build_rx_param_setup_req(0, 9, 915_000_000)) == (False, b"\x05\x04")
    assert (session.rx1_dr_offset, session.rx2_dr, session.rx2_freq_hz) == (2, 3, 869_525_000)


def test_new_channel():
    session, answers = _both()
    assert _obey(answers, network_mac.build_new_channel_req(5, 867_500_000, 0, 5)) == (True, b"\x07\x03")
    assert session.channels[5] == (867_500_000, 0, 5)
    assert session.ch_mask == 0x0027
    assert _obey(answers, network_mac.build_new_channel_req(5, 0, 0, 5)) == (True, b"\x07\x03")
    assert 5 not in session.channels
    assert session.ch_mask == 0x0007


def test_new_channel_is_refused():
    _, answers = _both()
    for request, bits in (
        (network_mac.build_new_channel_req(0, 867_500_000, 0, 5), 0x00),  # the join channels are fixed
        (network_mac.build_new_channel_req(5, 915_000_000, 0, 5), 0x02),
        (network_mac.build_new_channel_req(5, 867_500_000, 5, 0), 0x01),
        (network_mac.build_new_channel_req(5, 867_500_000, 0, 7), 0x01),
    ):
        assert _obey(answers, request) == (False, bytes((7, bits)))


def test_answers_that_do_not_fit_are_left_out():
    _, answers = _both()
    _, pending = _obey(answers, *([network_mac.build_dev_status_req()] * 8))
    assert pending == b"\x06\xff\x00" * 5
