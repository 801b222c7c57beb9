"""When a canopy is told what its gateway has of its log: soon for a gap, seldom for what is whole."""

from corolle_gateway.hub.sanitary_asking import Asking

_T = 1_784_000_000.0
_HOUR_S, _DAY_S = 3600.0, 86400.0


def test_a_gap_is_told_at_once():
    asking = Asking(_T)
    assert asking.is_due(1, True, _T)
    assert asking.told(1, _T) == 1
    assert not asking.is_due(1, True, _T + _HOUR_S - 1)
    assert asking.is_due(1, True, _T + _HOUR_S)


def test_a_gap_that_stays_is_asked_for_ever_seldomer_a_new_one_within_the_hour():
    asking, now_s, waits = Asking(_T), _T, []
    asking.told(5, now_s)
    for _ in range(10):
        since_s = now_s
        while not asking.is_due(5, True, now_s):
            now_s += _HOUR_S
        waits.append((now_s - since_s) / _HOUR_S)
        asking.told(5, now_s)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 168, 168]
    assert not asking.is_due(5, True, now_s + _HOUR_S)
    assert asking.is_due(9, True, now_s + _HOUR_S)
    asking.told(9, now_s)
    assert asking.is_due(9, True, now_s + _HOUR_S)


def test_a_hundred_new_records_are_told_at_once_and_fewer_after_a_week():
    asking = Asking(_T)
    assert not asking.is_due(100, False, _T + 1)
    assert asking.is_due(101, False, _T + 1)
    assert not asking.is_due(2, False, _T + 7 * _DAY_S - 1)
    assert asking.is_due(2, False, _T + 7 * _DAY_S)
    asking.told(101, _T)
    assert not asking.is_due(200, False, _T + 1)
    assert asking.is_due(201, False, _T + 1)
    assert not asking.is_due(101, False, _T + 30 * _DAY_S), "nothing new"


def test_a_clock_that_was_set_back_keeps_nothing_waiting():
    asking = Asking(_T)
    asking.told(5, _T)
    assert asking.is_due(5, True, _T - 10)
    assert asking.is_due(6, False, _T - 10)


def test_an_earlier_run_s_order_has_the_number_modulo_65536():
    asking = Asking.of_order(_T, 70_000 - 65_536, 70_050)
    assert not asking.is_due(70_099, False, _T + 1)
    assert asking.is_due(70_100, False, _T + 1)
    asking = Asking.of_order(_T, 65_530, 65_550)
    assert not asking.is_due(65_629, False, _T + 1)
    assert asking.is_due(65_630, False, _T + 1)
    assert asking.told(65_630, _T + 1) == 94
