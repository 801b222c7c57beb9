"""MAC commands: what is obeyed, what is refused, and the bits that say so (LoRaWAN 1.0.4, chapter 5)."""

from corolle.radio.lorawan.answers import Answers
from corolle.radio.lorawan.duty import DutyCycle
from corolle.radio.lorawan.obeying import Obedience
from corolle.radio.lorawan.session import Session
from corolle.wire import mac_commands as mac
from lora_network import Flash


class _Clock:
    """Takes the network's time."""

    def answered(self, gps_s, fraction):
        self.told = gps_s, fraction


class _Network:
    """What one session's node makes of MAC commands."""

    def __init__(self, session):
        self.answers = Answers()
        self.time = _Clock()
        self.obedience = Obedience(session, DutyCycle(), lambda: 255, self.answers, self.time)


def _both():
    session = Session(Flash(), 1, bytes(16), bytes(16))
    session.data_rate = 3
    return session, _Network(session)


def _obey(network, *commands):
    changed = network.obedience.obey(b"".join(commands), 0)
    pending = network.answers.pending()
    network.answers.sent()
    return changed, pending


def test_the_time_is_passed_on():
    _, network = _both()
    assert _obey(network, mac.build(mac.DEVICE_TIME, False, 1_400_000_000, 128)) == (False, b"")
    assert network.time.told == (1_400_000_000, 128)


def test_link_adr_sets_rate_power_channels_and_repeats():
    session, network = _both()
    assert _obey(network, mac.build(mac.LINK_ADR, False, 5, 3, 0x0003, 0, 2)) == (True, b"\x03\x07")
    assert (session.data_rate, session.tx_power, session.ch_mask, session.nb_trans) == (5, 3, 3, 2)


def test_link_adr_15_and_0_keep():
    session, network = _both()
    session.tx_power = 4
    assert _obey(network, mac.build(mac.LINK_ADR, False, 15, 15, 0x0007, 0, 0)) == (True, b"\x03\x07")
    assert (session.data_rate, session.tx_power, session.nb_trans) == (3, 4, 1)


def test_link_adr_all_channels_on():
    session, network = _both()
    session.add_channel(4, 867_300_000, 0, 5)
    session.ch_mask = 1
    assert _obey(network, mac.build(mac.LINK_ADR, False, 5, 0, 0, 6, 1)) == (True, b"\x03\x07")
    assert session.ch_mask == 0x0017


def test_link_adr_is_refused_as_a_whole():
    session, network = _both()
    for request, bits in (
        (mac.build(mac.LINK_ADR, False, 5, 1, 0x0000, 0, 1), 0x06),  # no channel at all
        (mac.build(mac.LINK_ADR, False, 5, 1, 0x0008, 0, 1), 0x06),  # channel 3 is not defined
        (mac.build(mac.LINK_ADR, False, 5, 1, 0x0007, 3, 1), 0x06),  # ChMaskCntl 3 is reserved
        (mac.build(mac.LINK_ADR, False, 7, 1, 0x0007, 0, 1), 0x05),  # DR7 is FSK
        (mac.build(mac.LINK_ADR, False, 5, 8, 0x0007, 0, 1), 0x03),  # power index above 7
    ):
        assert _obey(network, request) == (False, bytes((3, bits)))
    assert (session.data_rate, session.tx_power, session.ch_mask) == (3, 0, 7)


def test_a_block_of_link_adr_acts_as_one():
    session, network = _both()
    block = (
        mac.build(mac.LINK_ADR, False, 0, 0, 0x0001, 0, 1),
        mac.build(mac.LINK_ADR, False, 4, 2, 0x0006, 0, 1),
    )
    assert _obey(network, *block) == (True, b"\x03\x07\x03\x07")
    assert (session.data_rate, session.ch_mask) == (4, 6)
    bad = (
        mac.build(mac.LINK_ADR, False, 5, 0, 0x0100, 0, 1),
        mac.build(mac.LINK_ADR, False, 5, 0, 0x0007, 0, 1),
    )
    assert _obey(network, *bad) == (False, b"\x03\x06\x03\x06")
    assert (session.data_rate, session.ch_mask) == (4, 6)


def test_duty_cycle():
    session, network = _both()
    assert _obey(network, mac.build(mac.DUTY_CYCLE, False, 7)) == (True, b"\x04")
    assert session.max_duty_cycle == 7


def test_rx_param_setup():
    session, network = _both()
    assert _obey(network, mac.build(mac.RX_PARAM_SETUP, False, 2, 3, 8_695_250)) == (True, b"\x05\x07")
    assert (session.rx1_dr_offset, session.rx2_dr, session.rx2_freq_hz) == (2, 3, 869_525_000)
    network.answers.heard()
    assert _obey(network, mac.build(mac.RX_PARAM_SETUP, False, 6, 3, 8_695_250)) == (False, b"\x05\x03")
    network.answers.heard()
    assert _obey(network, mac.build(mac.RX_PARAM_SETUP, False, 0, 9, 9_150_000)) == (False, b"\x05\x04")
    assert (session.rx1_dr_offset, session.rx2_dr, session.rx2_freq_hz) == (2, 3, 869_525_000)


def test_new_channel():
    session, network = _both()
    assert _obey(network, mac.build(mac.NEW_CHANNEL, False, 5, 8_675_000, 5, 0)) == (True, b"\x07\x03")
    assert session.channels[5] == (867_500_000, 0, 5)
    assert session.ch_mask == 0x0027
    assert _obey(network, mac.build(mac.NEW_CHANNEL, False, 5, 0, 5, 0)) == (True, b"\x07\x03")
    assert 5 not in session.channels
    assert session.ch_mask == 0x0007


def test_new_channel_is_refused():
    _, network = _both()
    for request, bits in (
        (mac.build(mac.NEW_CHANNEL, False, 0, 8_675_000, 5, 0), 0x00),  # the join channels are fixed
        (mac.build(mac.NEW_CHANNEL, False, 5, 9_150_000, 5, 0), 0x02),
        (mac.build(mac.NEW_CHANNEL, False, 5, 8_675_000, 0, 5), 0x01),
        (mac.build(mac.NEW_CHANNEL, False, 5, 8_675_000, 7, 0), 0x01),
    ):
        assert _obey(network, request) == (False, bytes((7, bits)))


def test_a_node_whose_last_channel_goes_takes_the_fixed_ones():
    session, network = _both()
    session.add_channel(5, 867_500_000, 0, 6)
    session.ch_mask, session.data_rate = 0x0020, 6
    assert _obey(network, mac.build(mac.NEW_CHANNEL, False, 5, 0, 5, 0)) == (True, b"\x07\x03")
    assert (session.ch_mask, session.data_rate) == (0x0007, 5)


def test_dl_channel_moves_rx1():
    session, network = _both()
    # 869.525 MHz is 8695250 (0x84ADD2) in steps of 100 Hz, little-endian (1.0.4, 5.7).
    assert _obey(network, b"\x0a\x01\xd2\xad\x84") == (True, b"\x0a\x03")
    assert session.rx1_hz == {868_300_000: 869_525_000}
    assert network.answers.pending() == b"\x0a\x03"  # sticky
    network.answers.heard()
    for request, bits in ((b"\x0a\x05\xd2\xad\x84", 0x01), (b"\x0a\x01\xf0\x9c\x8b", 0x02)):
        assert _obey(network, request) == (False, bytes((0x0A, bits)))  # no such channel; 915 MHz
        network.answers.heard()


def test_answers_that_do_not_fit_are_left_out():
    _, network = _both()
    _, pending = _obey(network, *([mac.build(mac.DEV_STATUS, False)] * 8))
    assert pending == b"\x06\xff\x00" * 5
