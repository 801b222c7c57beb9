"""A ramp is even to the eye, ends exactly, takes its time and no needless steps."""

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


def test_each_step_looks_the_same():
    levels = [10] + [level for level, _ in ramp(10, 100, 4000)]
    lightness = [(level / 100) ** (1 / 3) for level in levels]
    steps = [lightness[i + 1] - lightness[i] for i in range(len(lightness) - 1)]
    assert max(steps) - min(steps) < 1e-6
    assert max(steps) <= 0.021


def test_it_takes_its_time_and_not_more():
    for duration_ms in (0, 10, 400, 800, 4000, 60000):
        taken_ms = sum(wait_ms for _, wait_ms in ramp(10, 100, duration_ms))
        assert taken_ms <= duration_ms
        if duration_ms >= 400:
            assert taken_ms >= 0.9 * duration_ms


def test_few_wake_ups():
    assert len(list(ramp(10, 100, 60000))) <= 28
    assert len(list(ramp(0, 100, 60000))) <= 51
    assert len(list(ramp(10, 11, 60000))) <= 2
    assert len(list(ramp(10, 100, 100))) <= 5
    assert list(ramp(10, 10, 4000)) == [(10, 0)]
    assert list(ramp(10, 100, 0)) == [(100, 0)]
