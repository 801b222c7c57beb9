"""LD2410: frames as in Hi-Link's serial communication protocol V1.02."""

from corolle.drivers.chip import ChipError
from corolle.drivers.ld2410 import LD2410

# Commands and acknowledgements printed in 2.2.
_ENABLE = "fdfcfbfa 0400 ff00 0100 04030201"
_ENABLED = "fdfcfbfa 0800 ff01 0000 0100 4000 04030201"
_VERSION = "fdfcfbfa 0200 a000 04030201"
_V1_07 = "fdfcfbfa 0c00 a001 0000 0001 0701 16150922 04030201"
_END = "fdfcfbfa 0200 fe00 04030201"
_ENDED = "fdfcfbfa 0400 fe01 0000 04030201"
# The report printed in 2.3: a still target; distances 81 and 0 cm, energies 0 and 59.
_REPORT = "f4f3f2f1 0d00 02aa 02 5100 00 0000 3b 0000 55 00 f8f7f6f5"


def _hex(text):
    return bytes.fromhex(text.replace(" ", ""))


def _report(state, moving_cm=0, still_cm=0):
    return (
        _hex("f4f3f2f1 0d00 02aa")
        + bytes((state, moving_cm & 0xFF, moving_cm >> 8, 50, still_cm & 0xFF, still_cm >> 8, 50, 0, 0))
        + _hex("55 00 f8f7f6f5")
    )


class _Uart:
    """Answers commands as told."""

    def __init__(self, answers=None):
        self.answers = {_ENABLE: _ENABLED, _VERSION: _V1_07, _END: _ENDED} if answers is None else answers
        self.written = []
        self.waiting = b""

    def write(self, data):
        self.written.append(bytes(data))
        for command, answer in self.answers.items():
            if _hex(command) == data:
                self.waiting += _hex(answer)

    def any(self):
        return len(self.waiting)

    def read(self):
        data, self.waiting = self.waiting, b""
        return data or None

    def readinto(self, buffer):
        n = min(len(buffer), len(self.waiting))
        buffer[:n] = self.waiting[:n]
        self.waiting = self.waiting[n:]
        return n or None

    def __str__(self):
        return "UART(2)"


class _Pin:
    IN, IRQ_RISING, IRQ_FALLING = 1, 1, 2

    def __init__(self):
        self.level = 0

    def init(self, mode):
        self.mode = mode

    def irq(self, handler, trigger):
        self.handler, self.trigger = handler, trigger

    def value(self):
        return self.level


def _radar(uart=None, pin=None, on_change=lambda: None):
    uart = uart or _Uart()
    return LD2410(uart, pin or _Pin(), on_change), uart


def _speed(radar):
    speed_m_s = radar.speed_m_s()
    assert speed_m_s is not None
    return speed_m_s


def _refused(answers):
    uart = _Uart(answers)
    try:
        LD2410(uart, _Pin(), None)
    except ChipError as error:
        return str(error), uart.written
    raise AssertionError("taken for a radar")


def test_construction_asks_for_the_version_and_ends_the_configuration():
    radar, uart = _radar()
    assert uart.written == [_hex(_ENABLE), _hex(_VERSION), _hex(_END)]
    assert radar.version == "1.07.22091516"  # as printed in 2.2


def test_acknowledgements_are_found_among_reports():
    uart = _Uart(
        {_ENABLE: _REPORT[9:] + _REPORT + _ENABLED + _REPORT, _VERSION: _REPORT + _V1_07, _END: _ENDED}
    )
    radar, _ = _radar(uart)
    assert radar.version == "1.07.22091516"


def test_nobody_there():
    text, written = _refused({})
    assert text == "LD2410 at UART(2): no answer to command 0xff"
    assert written == [_hex(_ENABLE)]


def test_a_radar_that_refuses_is_left_in_working_mode():
    failed = "fdfcfbfa 0400 a001 0100 04030201"
    text, written = _refused({_ENABLE: _ENABLED, _VERSION: failed, _END: _ENDED})
    assert text == "LD2410 at UART(2): no answer to command 0xa0"
    assert written[-1] == _hex(_END)


def test_presence_is_the_out_pins():
    calls = []
    pin = _Pin()
    radar, _ = _radar(pin=pin, on_change=lambda: calls.append(radar.present))
    assert (radar.present, radar.passages, pin.trigger) == (False, 0, 3)
    pin.level = 1
    pin.handler(pin)
    pin.level = 0
    pin.handler(pin)
    assert calls == [True, False] and radar.passages == 1
    pin.level = 1
    assert radar.update() and radar.passages == 2


def test_the_report_of_the_document():
    radar, uart = _radar()
    uart.waiting = _hex(_REPORT)
    assert radar.speed_m_s() is None
    assert (radar.moving, radar.distance_cm, radar.malformed) == (False, 0, 0)


def test_targets_by_their_states():
    for state, moving, distance_cm in ((0, False, -1), (1, True, 300), (2, False, 200), (3, True, 200)):
        radar, uart = _radar()
        uart.waiting = _report(state, 300, 200)
        radar.speed_m_s()
        assert (radar.moving, radar.distance_cm) == (moving, distance_cm), state
    radar, uart = _radar()
    uart.waiting = _report(3, 100, 200) + _report(5, 100, 200)  # 5: it measures the noise of its place
    radar.speed_m_s()
    assert (radar.moving, radar.distance_cm) == (False, -1)


def test_speed_is_the_slope_of_the_distances():
    """0.1 s between two reports: 14 cm are 1.4 m/s, whichever way."""
    for step_cm in (-14, 14, -45):
        radar, uart = _radar()
        uart.waiting = b"".join(_report(1, 500 + step_cm * n) for n in range(8))
        assert abs(_speed(radar) - abs(step_cm) / 10) < 1e-5
        assert radar.moving


def test_who_passes_by_meanwhile_is_as_fast_as_before():
    """13.9 m/s from 6 m: the fifth report is the nearest, then the distances grow again."""
    radar, uart = _radar()
    uart.waiting = b"".join(_report(1, abs(590 - 139 * n)) for n in range(9))
    assert abs(_speed(radar) - 13.9) < 0.001
    assert radar.distance_cm == 522


def test_too_few_reports_and_still_targets_have_no_speed():
    radar, uart = _radar()
    for _ in range(2):
        uart.waiting = _report(1, 500)
        assert radar.speed_m_s() is None
    uart.waiting = _report(2, 500, 300) * 8
    assert radar.speed_m_s() is None
    uart.waiting = _report(1, 370)
    assert radar.speed_m_s() is not None


def test_reports_that_come_in_pieces():
    radar, uart = _radar()
    stream = b"".join(_report(1, 600 - 30 * n) for n in range(8))
    for start in range(0, len(stream), 5):
        uart.waiting = stream[start : start + 5]
        radar.speed_m_s()
    assert abs(_speed(radar) - 3.0) < 1e-5 and radar.malformed == 0


def test_a_malformed_report_is_counted_and_its_time_too():
    """Every single bit: the other reports are found again, and the speed is the same."""
    reports = [_report(1, 600 - 30 * n) for n in range(6)]
    for place in list(range(8)) + list(range(17, 23)):
        for bit in range(8):
            bad = bytearray(reports[2])
            bad[place] ^= 1 << bit
            radar, uart = _radar()
            uart.waiting = b"".join(reports[:2]) + bad + b"".join(reports[3:])
            assert abs(_speed(radar) - 3.0) < 1e-5, (place, bit)
            assert radar.malformed >= 1


def test_a_report_that_had_begun_before_is_left_out():
    stream = b"".join(_report(1, 600 - 30 * n) for n in range(6))
    for cut in range(1, 23):
        radar, uart = _radar()
        uart.waiting = stream[cut:]
        assert abs(_speed(radar) - 3.0) < 1e-5, cut
        assert radar.distance_cm == 450


def test_fresh_throws_away_what_the_buffer_and_the_fifo_behind_it_hold():
    import time

    radar, uart = _radar()
    uart.waiting = (_report(1, 100) * 20)[:256]
    radar.speed_m_s()
    sleep_ms = time.sleep_ms

    def move_up(ms):
        uart.waiting += _report(1, 100) * 5
        sleep_ms(ms)

    time.sleep_ms = move_up
    radar.fresh()
    time.sleep_ms = sleep_ms
    uart.waiting = b"".join(_report(1, 600 - 30 * n) for n in range(4))
    assert abs(_speed(radar) - 3.0) < 1e-5
