"""Hours of the day: within midnight and past it, and without a clock."""

from corolle.control.hours import window

_H = 3600


def test_a_window_within_a_day():
    assert window(10 * _H, 6 * _H, 11 * _H) == (True, _H)
    assert window(6 * _H, 6 * _H, 11 * _H) == (True, 5 * _H)
    assert window(6 * _H - 1, 6 * _H, 11 * _H) == (False, 1)
    assert window(11 * _H, 6 * _H, 11 * _H) == (False, 19 * _H)


def test_a_window_past_midnight():
    assert window(23 * _H, 22 * _H, 5 * _H) == (True, 6 * _H)
    assert window(0, 22 * _H, 5 * _H) == (True, 5 * _H)
    assert window(5 * _H, 22 * _H, 5 * _H) == (False, 17 * _H)
    assert window(22 * _H - 1, 22 * _H, 5 * _H) == (False, 1)


def test_equal_ends_are_always_and_so_is_a_day_without_a_clock():
    assert window(7 * _H, 9 * _H, 9 * _H) == (True, 24 * _H)
    assert window(None, 6 * _H, 7 * _H) == (True, 24 * _H)


def test_the_answer_holds_until_it_is_to_change_and_no_longer():
    for from_s, until_s in ((0, 3 * _H), (21 * _H, 2 * _H), (5 * _H, 0)):
        for local_s in range(0, 24 * _H, 977):
            inside, left_s = window(local_s, from_s, until_s)
            assert 1 <= left_s <= 24 * _H
            assert window((local_s + left_s - 1) % 86400, from_s, until_s)[0] is inside
            assert window((local_s + left_s) % 86400, from_s, until_s)[0] is not inside
