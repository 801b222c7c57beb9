"""MAC commands, byte for byte from LoRaWAN 1.0.4, chapter 5."""

from corolle.wire import mac_commands as mac
from corolle.wire.errors import FrameError

_UP, _DOWN = True, False

_COMMANDS = (
    # CID, direction, values, bytes on the air
    (mac.LINK_CHECK, _UP, (), "02"),
    (mac.LINK_CHECK, _DOWN, (20, 2), "021402"),
    (mac.LINK_ADR, _DOWN, (5, 1, 0x0107, 6, 1), "0351070161"),  # DR5, power 1, ChMaskCntl 6, NbTrans 1
    (mac.LINK_ADR, _UP, (1, 0, 0), "0304"),  # power accepted only
    (mac.LINK_ADR, _UP, (0, 0, 1), "0301"),  # channel mask accepted only
    (mac.DUTY_CYCLE, _DOWN, (7,), "0407"),
    (mac.DUTY_CYCLE, _UP, (), "04"),
    (mac.RX_PARAM_SETUP, _DOWN, (2, 3, 8_695_250), "0523d2ad84"),  # 0x84add2 is 869.525 MHz
    (mac.RX_PARAM_SETUP, _UP, (1, 1, 0), "0506"),
    (mac.DEV_STATUS, _DOWN, (), "06"),
    (mac.DEV_STATUS, _UP, (255, -20 & 0x3F), "06ff2c"),
    (mac.NEW_CHANNEL, _DOWN, (3, 8_671_000, 5, 0), "0703184f8450"),
    (mac.NEW_CHANNEL, _UP, (1, 0), "0702"),
    (mac.RX_TIMING_SETUP, _DOWN, (5,), "0805"),
    (mac.RX_TIMING_SETUP, _UP, (), "08"),
    (mac.DEVICE_TIME, _UP, (), "0d"),
    (mac.DEVICE_TIME, _DOWN, (0x5372_4E00, 128), "0d004e725380"),
)


def test_each_command_both_ways():
    for cid, uplink, values, expected in _COMMANDS:
        command = mac.build(cid, uplink, *values)
        assert command.hex() == expected
        ((found, payload),) = mac.parse(command, uplink)
        assert found == cid
        assert mac.read(cid, uplink, payload) == values


def test_reserved_bits_are_ignored():
    assert mac.read(mac.RX_TIMING_SETUP, _DOWN, b"\xf5") == (5,)
    assert mac.read(mac.LINK_ADR, _UP, b"\xfc") == (1, 0, 0)


def test_several_in_their_order():
    commands = mac.parse(b"\x06\x03\x51\x07\x00\x01\x04\x02", _DOWN)
    assert commands == [(6, b""), (3, b"\x51\x07\x00\x01"), (4, b"\x02")]


def test_unknown_command_ends_the_list():
    assert mac.parse(b"\x06\x80\x01\x06", _DOWN) == [(6, b"")]
    assert mac.parse(b"\x09\x00", _DOWN) == []
    assert mac.parse(b"\x01", _DOWN) == []  # not the 1 of 13
    assert mac.parse(b"\xff", _UP) == []


def test_command_cut_off():
    for data, uplink in ((b"\x03\x51\x07\x00", _DOWN), (b"\x06\xff", _UP)):
        try:
            mac.parse(data, uplink)
        except FrameError as error:
            assert error.cause == "mac command cut off"
        else:
            raise AssertionError(data)
