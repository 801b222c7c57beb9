"""0-10 V by PWM: full light unless driven, and the converter's calibration."""

from corolle.drivers.pwm_dimmer import PwmDimmer


class _Pin:
    IN = 1

    def __init__(self):
        self.inputs = 0

    def init(self, mode):
        self.inputs += mode == self.IN


_made = []


class _Pwm:
    """Remembers every duty it gave."""

    def __init__(self, pin, freq, duty_u16):
        self.freq_hz, self.duties, self.on = freq, [duty_u16], True
        _made.append(self)

    def duty_u16(self, duty):
        self.duties.append(duty)

    def deinit(self):
        self.on = False


def _volts(duty, zero_mv=0, full_mv=10_000):
    return (zero_mv + duty * (full_mv - zero_mv) / 65535) / 1000


def _dimmer(**calibration):
    _made.clear()
    return PwmDimmer(_Pin(), _Pwm, **calibration)


def test_nothing_is_driven_before_the_first_level():
    _dimmer()
    assert _made == []


def test_levels_are_volts():
    dimmer = _dimmer()
    for level_pct, volts in ((100, 10), (50, 5), (10, 1), (5, 1), (0.1, 1), (0, 0), (37.5, 3.75)):
        dimmer.set(level_pct)
        assert abs(_volts(_made[0].duties[-1]) - volts) < 0.001, level_pct
    assert len(_made) == 1 and _made[0].freq_hz == 1000


def test_the_first_level_shows_no_other_before_it():
    dimmer = _dimmer()
    dimmer.set(0)
    assert _made[0].duties == [0]


def test_a_calibrated_converter_gives_the_same_volts():
    dimmer = _dimmer(zero_mv=200, full_mv=10_600)
    for level_pct, volts in ((100, 10), (50, 5), (10, 1)):
        dimmer.set(level_pct)
        assert abs(_volts(_made[0].duties[-1], 200, 10_600) - volts) < 0.001


def test_a_weak_converter_gives_all_it_has():
    dimmer = _dimmer(full_mv=9_000)
    dimmer.set(100)
    assert _made[0].duties == [65535]


def test_release_lets_the_pin_go_and_set_takes_it_back():
    dimmer = _dimmer()
    dimmer.set(10)
    dimmer.release()
    assert not _made[0].on and dimmer._pin.inputs == 1
    dimmer.set(10)
    assert len(_made) == 2


def test_levels_out_of_range():
    for level_pct in (-1, 100.5):
        try:
            _dimmer().set(level_pct)
        except ValueError as error:
            assert "0..100" in str(error)
        else:
            raise AssertionError(level_pct)
