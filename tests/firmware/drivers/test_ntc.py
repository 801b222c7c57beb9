"""A thermistor by the beta equation: R = 10 kohm x exp(3435 x (1/T - 1/298.15 K)), 10 kohm to 3.3 V."""

from corolle.drivers.chip import ChipError
from corolle.drivers.ntc import NTC


class _Adc:
    """Gives its readings in turn, again and again."""

    def __init__(self, *readings_uv):
        self.readings_uv = readings_uv
        self.count = 0

    def read_uv(self):
        self.count += 1
        return self.readings_uv[self.count % len(self.readings_uv)]


def _celsius(uv, **options):
    return NTC(_Adc(uv), 3300, 10000, **options).read()


def _failure(uv):
    try:
        return _celsius(uv)
    except ChipError as error:
        return str(error)


def test_worked_values():
    for uv, temperature_c in (
        (1_650_000, 25),
        (418_243, 85),  # 1451.3 ohm
        (2_447_381, 0),  # 28704 ohm
        (2_922_954, -20),  # 77523 ohm
        (192_057, 120),  # 617.96 ohm
    ):
        assert abs(_celsius(uv) - temperature_c) < 0.1  # a millivolt is 0.1 C at the cold end


def test_its_own_figures():
    """47 kohm and beta 4050 on 4.7 kohm: at 60 C it has 11280 ohm."""
    adc = _Adc(2_329_436)
    assert abs(NTC(adc, 3300, 4700, 47000, 4050).read() - 60) < 0.1


def test_noise_is_averaged():
    assert abs(NTC(_Adc(1_600_000, 1_700_000), 3300, 10000).read() - 25) < 0.1


def test_open_and_shorted():
    assert _failure(3_100_000) == "NTC: open, 3100 mV of 3300 mV"  # all that an ESP32 shows
    assert _failure(3_300_000) == "NTC: open, 3300 mV of 3300 mV"
    assert _failure(0) == "NTC: shorted, 0 mV of 3300 mV"
    assert _failure(60_000) == "NTC: shorted, 60 mV of 3300 mV"
    assert -30 < _celsius(3_060_000) < -28


def test_figures_that_no_circuit_has():
    for wrong in ((0, 9, 9, 9), (9, 0, 9, 9), (9, 9, -1, 9), (9, 9, 9, 0)):
        try:
            NTC(_Adc(0), *wrong)
        except ValueError as error:
            assert "above 0" in str(error)
        else:
            raise AssertionError(wrong)
