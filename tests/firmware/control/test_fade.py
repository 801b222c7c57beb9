"""A ramp is even to the eye, ends exactly, takes its time and no needless steps."""

from math import log

from corolle.control.fade import ramp


def test_it_ends_exactly_where_it_shall():
    for start, end in ((0, 100), (100, 0), (10, 100), (37.5, 10), (50, 50)):
        *_, last = ramp(start, end, 800)
        assert last == (end, 0)


def test_it_only_rises_or_only_falls():
    for start, end in ((10, 100), (100, 10), (0, 100)):
        levels = [start] + [level for level, _ in ramp(start, end, 2000)]
        ordered = sorted(levels)
        assert levels == (ordered if end > start else ordered[::-1])


def _ratios(levels):
    return [log(levels[i + 1] / levels[i]) for i in range(len(levels) - 1)]


def test_steps_are_even_to_the_eye_and_small_and_gentlest_at_both_ends():
    ratios = _ratios([10] + [level for level, _ in ramp(10, 100, 4000)])
    assert max(ratios) <= 0.125  # 13 % more light, smoothed by the converter's filter
    assert abs(sum(ratios) - log(10)) < 1e-6
    middle = len(ratios) // 2
    assert ratios[0] < ratios[middle] / 3 and ratios[-1] < ratios[middle] / 3
    assert abs(ratios[1] - ratios[-2]) < 1e-6


def test_up_and_down_are_the_same_way():
    up = [level for level, _ in ramp(10, 100, 4000)][:-1]
    down = [level for level, _ in ramp(100, 10, 4000)][:-1]
    assert len(up) == len(down)
    assert all(abs(up[i] - down[-1 - i]) < 1e-6 for i in range(len(up)))


def test_it_takes_its_time_and_not_more():
    for duration_ms in (0, 10, 400, 800, 4000, 60000):
        taken_ms = sum(wait_ms for _, wait_ms in ramp(10, 100, duration_ms))
        assert taken_ms <= duration_ms
        if duration_ms >= 400:
            assert taken_ms >= 0.95 * duration_ms


def test_few_wake_ups():
    assert len(list(ramp(10, 100, 60000))) <= 29
    assert len(list(ramp(0, 100, 60000))) <= 58
    assert len(list(ramp(10, 11, 60000))) <= 2
    assert len(list(ramp(10, 100, 100))) <= 2
    assert list(ramp(10, 10, 4000)) == [(10, 0)]
    assert list(ramp(10, 100, 0)) == [(100, 0)]
