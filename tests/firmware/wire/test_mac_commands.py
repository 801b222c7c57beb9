"""MAC commands, byte for byte from LoRaWAN 1.0.4, chapter 5."""

from corolle.wire import mac_commands as mac
from corolle.wire import mac_network as network
from corolle.wire.errors import FrameError


def _payload(command, uplink):
    ((_, payload),) = mac.parse(command, uplink)
    return payload


def test_link_adr():
    # DR5, power 1, channels 0-2, control 0, one transmission.
    request = network.build_link_adr_req(5, 1, 0x0007, 0, 1)
    assert request == b"\x03\x51\x07\x00\x01"
    assert mac.read_link_adr_req(_payload(request, False)) == (5, 1, 7, 0, 1)
    assert mac.build_link_adr_ans(True, True, True) == b"\x03\x07"
    assert mac.build_link_adr_ans(True, False, False) == b"\x03\x04"
    assert network.read_status(_payload(b"\x03\x03", True)) == 3


def test_duty_cycle():
    assert mac.read_duty_cycle_req(_payload(network.build_duty_cycle_req(7), False)) == 7
    assert mac.build_request(mac.DUTY_CYCLE) == b"\x04"


def test_rx_param_setup():
    request = network.build_rx_param_setup_req(2, 3, 869_525_000)
    assert request == b"\x05\x23\xd2\xad\x84"  # 0x84add2 = 8695250
    assert mac.read_rx_param_setup_req(_payload(request, False)) == (2, 3, 869_525_000)
    assert mac.build_rx_param_setup_ans(True, True, False) == b"\x05\x06"


def test_dev_status():
    assert network.build_dev_status_req() == b"\x06"
    assert mac.build_dev_status_ans(255, -20) == b"\x06\xff\x2c"
    assert network.read_dev_status_ans(b"\xff\x2c") == (255, -20)
    assert network.read_dev_status_ans(_payload(mac.build_dev_status_ans(0, 40), True)) == (0, 31)


def test_new_channel():
    request = network.build_new_channel_req(3, 867_100_000, 0, 5)
    assert request == b"\x07\x03\x18\x4f\x84\x50"
    assert mac.read_new_channel_req(_payload(request, False)) == (3, 867_100_000, 0, 5)
    assert mac.build_new_channel_ans(True, False) == b"\x07\x02"


def test_rx_timing_setup():
    assert mac.read_rx_timing_setup_req(_payload(network.build_rx_timing_setup_req(5), False)) == 5
    assert mac.read_rx_timing_setup_req(b"\x00") == 1


def test_device_time():
    answer = network.build_device_time_ans(1_400_000_000, 128)
    assert answer == b"\x0d\x00\x4e\x72\x53\x80"
    assert mac.read_device_time_ans(_payload(answer, False)) == (1_400_000_000, 500)


def test_link_check():
    assert mac.read_link_check_ans(_payload(network.build_link_check_ans(20, 2), False)) == (20, 2)


def test_several_in_their_order():
    commands = mac.parse(b"\x06\x03\x51\x07\x00\x01\x04\x02", False)
    assert commands == [(6, b""), (3, b"\x51\x07\x00\x01"), (4, b"\x02")]


def test_unknown_command_ends_the_list():
    assert mac.parse(b"\x06\x80\x01\x06", False) == [(6, b"")]
    assert mac.parse(b"\x09\x00", False) == []
    assert mac.parse(b"\xff", True) == []


def test_command_cut_off():
    for data, uplink in ((b"\x03\x51\x07\x00", False), (b"\x06\xff", True)):
        try:
            mac.parse(data, uplink)
        except FrameError as error:
            assert error.cause == "mac command cut off"
        else:
            raise AssertionError(data)
