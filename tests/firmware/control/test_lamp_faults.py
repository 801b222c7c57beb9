"""A luminaire's faults by name, at every level, and none where there is none."""

from corolle.control.lamp_faults import NAMES, Diagnosis
from corolle.control.power_curve import PowerCurve
from corolle.wire.words import LAMP_FAULTS, code_of

_CURVE = PowerCurve([4] + [round(16 + 384 * level / 100) for level in range(10, 101, 10)])


def _sound_w(level_pct):
    return 1.6 + 38.4 * level_pct / 100 if level_pct else 0.4


class _Case:
    """A luminaire and who judges it, a sample a minute."""

    def __init__(self):
        self.diagnosis = Diagnosis()
        self.now_s = 0

    def take(self, level_pct, power_w, voltage_v=230.0, by_day=False, times=1, after_s=60):
        for _ in range(times):
            self.now_s += after_s
            self.diagnosis.take(self.now_s, level_pct, power_w, voltage_v, _CURVE, lambda: by_day)
        return sorted(self.diagnosis.present)


def test_every_name_is_in_the_table_of_faults():
    assert all(code_of(LAMP_FAULTS, name) >= 0 for name in NAMES)


def test_a_sound_lamp_with_two_percent_noise_has_no_fault():
    case = _Case()
    for number in range(600):
        level_pct = (0, 10, 30, 55, 100)[number % 5]
        noise = (1.02, 0.98, 1.0)[number % 3]
        assert case.take(level_pct, _sound_w(level_pct) * noise) == []
        assert not case.diagnosis.doubtful(case.now_s)


def test_no_light_is_a_lamp_failure_at_every_level_after_three_samples():
    for level_pct in (10, 20, 21, 50, 100):
        case = _Case()
        assert case.take(level_pct, 1.6, times=2) == []
        assert case.diagnosis.doubtful(case.now_s)
        assert case.take(level_pct, 1.6) == ["lampFailure"], level_pct
        assert case.take(level_pct, _sound_w(level_pct), times=2) == ["lampFailure"]
        assert case.take(level_pct, _sound_w(level_pct)) == []


def test_one_odd_sample_says_nothing():
    case = _Case()
    for _ in range(50):
        case.take(100, 40.0, times=4)
        assert case.take(100, 1.6, times=2) == []
        case.diagnosis.moved()


def test_light_that_does_not_follow_the_dimmer():
    case = _Case()
    assert case.take(10, 20.0, times=3) == ["dimmingFailure"]
    case = _Case()
    assert case.take(50, 40.0, times=3) == ["dimmingFailure"]
    case = _Case()
    assert case.take(50, _sound_w(50) * 0.79, times=3) == ["dimmingFailure"]
    case = _Case()
    assert case.take(50, _sound_w(50) * 0.81, times=10) == []
    assert case.take(50, _sound_w(50) * 1.19, times=10) == []


def test_too_much_and_too_little_power_at_full_light():
    case = _Case()
    assert case.take(100, 49.0, times=3) == ["lampPowerTooHigh"]
    case = _Case()
    assert case.take(100, 30.0, times=3) == ["lampPowerTooLow"]


def test_one_fault_takes_the_place_of_another_when_it_has_proved_itself():
    case = _Case()
    case.take(100, 30.0, times=3)
    assert case.take(100, 1.6, times=2) == ["lampPowerTooLow"]
    assert case.take(100, 1.6) == ["lampFailure"]


def test_a_driver_that_follows_nothing_is_so_at_full_light_too():
    case = _Case()
    assert case.take(10, 20.0, times=3) == ["dimmingFailure"]
    assert case.take(100, 20.0, times=10) == ["dimmingFailure"]
    assert case.take(100, 40.0, times=3) == []
    assert case.take(100, 20.0, times=3) == ["lampPowerTooLow"]


def test_strings_that_are_gone_are_so_at_every_level():
    case = _Case()
    assert case.take(100, 25.0, times=3) == ["lampPowerTooLow"]
    assert case.take(60, 16.0, times=10) == ["lampPowerTooLow"]
    case = _Case()
    assert case.take(60, 16.0, times=3) == ["dimmingFailure"]  # nobody can tell yet
    assert case.take(100, 25.0, times=3) == ["lampPowerTooLow"]


def test_a_minute_of_darkness_is_no_failure_however_often_it_is_looked_at():
    case = _Case()
    assert case.take(100, 1.6, times=8, after_s=10) == []
    assert case.take(100, 40.0, times=8, after_s=10) == []
    assert case.take(100, 1.6, times=2, after_s=40) == []
    assert case.take(100, 1.6, after_s=40) == ["lampFailure"]


def test_a_day_burner():
    case = _Case()
    assert case.take(0, 40.0, by_day=True, times=3) == ["lampUnexpectedOn"]
    case = _Case()
    assert case.take(0, 40.0, times=10) == []  # nobody says that light would be strange
    assert case.take(0, 4.0, by_day=True, times=10) == []  # a tenth is standby's business


def test_light_that_goes_and_comes_by_itself():
    case = _Case()
    found = [case.take(100, power_w) for power_w in (1.6, 40.0) * 5]
    assert found == [[]] * 9 + [["cyclingFailure"]]
    assert case.diagnosis.doubtful(case.now_s)
    assert case.take(100, 40.0, times=35) == []


def test_four_times_in_half_an_hour_is_no_cycling_yet():
    case = _Case()
    for _ in range(20):
        assert case.take(100, 1.6) == []
        assert case.take(100, 40.0, times=7) == []


def test_what_was_switched_does_not_cycle():
    case = _Case()
    for _ in range(20):
        case.diagnosis.moved()
        assert case.take(100, 1.6) == []
        case.diagnosis.moved()
        assert case.take(100, 40.0) == []


def test_low_mains_explain_whatever_the_lamp_does():
    case = _Case()
    assert case.take(100, 5.0, voltage_v=150.0, times=10) == ["supplyLoss"]
    assert case.take(100, 40.0) == []


def test_a_noisy_meter_makes_no_supply_that_comes_and_goes():
    case = _Case()
    assert case.take(100, 40.0, voltage_v=186.0) == []
    assert case.take(100, 40.0, voltage_v=182.0) == ["supplyLoss"]
    assert case.take(100, 40.0, voltage_v=190.0) == ["supplyLoss"]
    assert case.take(100, 40.0, voltage_v=198.0) == []


def test_without_a_known_luminaire_only_the_mains_are_judged():
    diagnosis = Diagnosis()
    for minute in range(10):
        diagnosis.take(minute * 60, 100, 1.6, 230.0, None, lambda: True)
    assert diagnosis.present == set()
