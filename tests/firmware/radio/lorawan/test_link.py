"""Downlinks: which are believed; uplinks: what they carry."""

from corolle.radio.lorawan.duty import DutyCycle
from corolle.radio.lorawan.keys import Key
from corolle.radio.lorawan.link import Link
from corolle.radio.lorawan.mac import new_counts
from corolle.radio.lorawan.network_time import NetworkTime
from corolle.radio.lorawan.session import Session
from corolle.wire import lorawan as wire
from corolle.wire import mac_commands as mac
from lora_network import DEV_ADDR, Flash, Network, Reception, loaded

_NWK, _APP = b"n" * 16, b"a" * 16


class _Ends:
    """Both ends of a session."""

    def __init__(self, f_cnt_down=0, flash=None):
        self.flash = flash or Flash()
        self.session = Session(self.flash, DEV_ADDR, _NWK, _APP)
        self.session.f_cnt_down = f_cnt_down
        self.session.data_rate = 5
        self.session.save()
        self.counts = new_counts()
        self.time = NetworkTime(None)
        self.time.wanted = False
        self.link = Link(self.session, DutyCycle(), self.time, self.counts, lambda: 128)
        self.network = Network()
        self.network.keys = Key(_NWK), Key(_APP)
        self.network.f_cnt_down = f_cnt_down

    def hear(self, frame, in_window=True):
        return self.link.accept(Reception(frame, -90, 7, 0), in_window)

    def uplink(self, port=10, payload=b"report"):
        frame = self.link.build(port, payload)
        self.link.sent(payload, 0)
        return wire.parse_data(frame)


def _counted(counts):
    return {cause: n for cause, n in counts.items() if n}


def test_a_downlink_is_decrypted():
    ends = _Ends()
    assert ends.hear(ends.network.down(30, b"level 40")) == (30, b"level 40", False)
    assert _counted(ends.counts) == {"downlinks": 1}


def test_a_replayed_downlink_is_refused():
    ends = _Ends(f_cnt_down=41)
    frame = ends.network.down(30, b"level 40")
    assert ends.hear(frame)
    assert ends.hear(frame) is None
    assert _counted(ends.counts) == {"downlinks": 1, "replayed": 1}


def test_a_replay_is_refused_after_a_power_cut_too():
    ends = _Ends()
    frame = ends.network.down(30, b"level 40")
    assert ends.hear(frame)
    again = _Ends(flash=Flash(ends.flash.records))
    again.session.f_cnt_down = loaded(ends.flash).f_cnt_down
    assert again.hear(frame) is None


def test_a_replay_from_before_the_roll_over_is_known_as_such():
    ends = _Ends(f_cnt_down=0x10005)
    ends.network.f_cnt_down = 0x10003
    assert ends.hear(ends.network.down(30, b"old")) is None
    assert _counted(ends.counts) == {"replayed": 1}


def test_the_counter_goes_on_over_16_bits():
    ends = _Ends(f_cnt_down=0xFFFE)
    for expected in (0xFFFF, 0x10000, 0x10001):
        assert ends.hear(ends.network.down(30, b"x"))
        assert ends.session.f_cnt_down == expected
    ends.network.f_cnt_down += 500  # downlinks that were lost
    assert ends.hear(ends.network.down(30, b"x"))
    assert loaded(ends.flash).f_cnt_down == 0x10001 + 501


def test_what_is_not_for_us_is_counted_by_cause():
    ends = _Ends()
    good = ends.network.down(30, b"level 40")
    assert ends.hear(good[:-1] + bytes((good[-1] ^ 1,))) is None
    assert ends.hear(good[:1] + b"\x00" + good[2:]) is None
    assert ends.hear(b"\x40" + good[1:]) is None
    assert ends.hear(good[:7]) is None
    assert ends.hear(b"") is None
    assert _counted(ends.counts) == {
        "wrong mic": 1,
        "foreign": 1,
        "not down": 1,
        "malformed": 2,
    }
    assert ends.hear(good)  # and none of them took the counter


def test_mac_commands_cut_off_are_malformed():
    ends = _Ends()
    assert ends.hear(ends.network.down(f_opts=b"\x03\x51")) is None
    assert _counted(ends.counts) == {"malformed": 1}


def test_a_confirmed_downlink_is_acknowledged_once():
    ends = _Ends()
    assert ends.hear(ends.network.down(30, b"x", m_type=wire.CONFIRMED_DOWN))
    assert ends.link.ack_due
    assert ends.uplink().f_ctrl & wire.ACK
    assert not ends.uplink().f_ctrl & wire.ACK


def test_the_network_can_say_that_it_holds_more():
    ends = _Ends()
    downlink = ends.hear(ends.network.down(30, b"x", f_ctrl=wire.F_PENDING))
    assert downlink and downlink.more


def test_an_application_payload_on_a_port_that_is_not_one_goes_nowhere():
    ends = _Ends()
    downlink = ends.hear(ends.network.down(224, b"x"))
    assert downlink and downlink.port is None


def test_dev_status_is_answered_on_the_next_uplink_only():
    ends = _Ends()
    assert ends.hear(ends.network.down(f_opts=mac.build(mac.DEV_STATUS, False)))
    assert ends.uplink().f_opts == b"\x06\x80\x07"  # battery 128, SNR 7 dB
    assert ends.uplink().f_opts == b""


def test_commands_on_port_0_are_obeyed():
    ends = _Ends()
    assert ends.hear(ends.network.down(0, mac.build(mac.DEV_STATUS, False)))
    assert ends.uplink().f_opts == b"\x06\x80\x07"


def test_sticky_answers_stay_until_the_network_has_them():
    ends = _Ends()
    assert ends.hear(ends.network.down(f_opts=mac.build(mac.RX_TIMING_SETUP, False, 3)))
    assert [ends.uplink().f_opts for _ in range(3)] == [b"\x08"] * 3
    assert ends.hear(ends.network.down(30, b"x"))
    assert ends.uplink().f_opts == b""
    assert loaded(ends.flash).rx1_delay_s == 3


def test_a_payload_goes_before_answers_that_do_not_fit():
    ends = _Ends()
    ends.session.data_rate = 0
    assert ends.hear(ends.network.down(f_opts=mac.build(mac.DEV_STATUS, False)))
    assert ends.uplink(payload=bytes(51)).f_opts == b""
    assert ends.uplink(payload=bytes(48)).f_opts == b"\x06\x80\x07"


def test_a_sticky_answer_is_due_until_it_was_sent_and_not_given_up_before():
    ends = _Ends()
    ends.session.data_rate = 0
    assert not ends.link.answers.due
    assert ends.hear(ends.network.down(f_opts=mac.build(mac.RX_TIMING_SETUP, False, 3)))
    assert ends.uplink(payload=bytes(51)).f_opts == b""  # no room beside it
    assert ends.hear(ends.network.down(30, b"x"))
    assert ends.link.answers.due
    assert ends.uplink().f_opts == b"\x08"
    assert not ends.link.answers.due
    assert ends.uplink().f_opts == b"\x08"
    assert ends.hear(ends.network.down(30, b"x"))
    assert ends.uplink().f_opts == b""


def test_what_class_c_hears_outside_of_its_windows_ends_no_sticky_answer():
    ends = _Ends()
    assert ends.hear(ends.network.down(f_opts=mac.build(mac.RX_TIMING_SETUP, False, 3)), False)
    assert ends.uplink().f_opts == b"\x08"
    assert ends.hear(ends.network.down(30, b"x"), False)
    assert ends.hear(ends.network.down(f_opts=mac.build(mac.DEV_STATUS, False)), False)
    assert ends.uplink().f_opts == b"\x08\x06\x80\x07"
    assert ends.uplink().f_opts == b"\x08"
    assert ends.hear(ends.network.down(f_opts=mac.build(mac.DEV_STATUS, False)))
    assert ends.uplink().f_opts == b"\x06\x80\x07"


def test_silence_is_answered_by_asking_then_by_power_rate_and_channels():
    ends = _Ends()
    ends.session.tx_power, ends.session.data_rate = 2, 2
    ends.session.add_channel(3, 867_100_000, 2, 5)
    ends.session.ch_mask = 0x0008
    ends.session.nb_trans = 2
    steps = []
    asked = 0
    for uplink in range(1, 400):
        asks = ends.uplink().f_ctrl & wire.ADR_ACK_REQ
        asked = asked or (uplink if asks else 0)
        before = (ends.session.tx_power, ends.session.data_rate, ends.session.ch_mask, ends.session.nb_trans)
        alive = ends.link.back_off()
        after = (ends.session.tx_power, ends.session.data_rate, ends.session.ch_mask, ends.session.nb_trans)
        if after != before or not alive:
            steps.append((uplink, after))
        if not alive:
            break
    assert asked == 65
    assert steps == [
        (96, (0, 2, 0x0008, 2)),
        (128, (0, 1, 0x000F, 2)),  # channel 3 does not carry DR1
        (160, (0, 0, 0x000F, 2)),
        (192, (0, 0, 0x000F, 1)),
        (224, (0, 0, 0x000F, 1)),  # nothing is left: join again
    ]


def test_any_class_a_downlink_ends_the_doubt():
    ends = _Ends()
    for _ in range(70):
        ends.uplink()
    assert ends.uplink().f_ctrl & wire.ADR_ACK_REQ
    assert ends.hear(ends.network.down(30, b"class C"), False)
    assert ends.uplink().f_ctrl & wire.ADR_ACK_REQ
    assert ends.hear(ends.network.down())
    assert not ends.uplink().f_ctrl & wire.ADR_ACK_REQ
