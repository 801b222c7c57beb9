"""Months of the country, and what lies between two of them."""

from datetime import UTC, datetime

import pytest
from corolle_gateway.months import Months

_PARIS = Months("Europe/Paris")
_HOUR_S = 3600.0


def _s(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_a_month_begins_at_midnight_where_the_street_is():
    assert _PARIS.of(_s("2026-10-31T22:59:59")) == "2026-10"
    assert _PARIS.of(_s("2026-10-31T23:00:00")) == "2026-11"
    assert Months("UTC").of(_s("2026-10-31T23:00:00")) == "2026-10"
    assert _PARIS.begin_s("2026-07") == _s("2026-06-30T22:00:00")


def test_a_month_in_which_the_clocks_change_has_an_hour_more_or_less():
    hours = [(_PARIS.end_s(month) - _PARIS.begin_s(month)) / _HOUR_S for month in ("2026-03", "2026-10")]
    assert hours == [31 * 24 - 1, 31 * 24 + 1]
    assert _PARIS.end_s("2026-12") == _PARIS.begin_s("2027-01")


def test_what_took_time_is_spread_over_it():
    end_s = _PARIS.end_s("2026-10")
    assert _PARIS.spread(end_s - 7200, end_s - 3600) == [("2026-10", 1.0)]
    assert _PARIS.spread(end_s - 900, end_s + 2700) == [("2026-10", 0.25), ("2026-11", 0.75)]
    over_a_month = _PARIS.spread(_s("2026-10-20T00:00:00"), _s("2026-12-10T00:00:00"))
    assert [month for month, _ in over_a_month] == ["2026-10", "2026-11", "2026-12"]
    assert sum(share for _, share in over_a_month) == pytest.approx(1.0)
    assert over_a_month[1][1] == pytest.approx(30 / 51)


def test_what_took_no_time_or_less_is_of_the_month_it_ends_in():
    end_s = _PARIS.end_s("2026-10")
    assert _PARIS.spread(end_s + 5, end_s - 5) == [("2026-10", 1.0)]
    assert _PARIS.spread(end_s, end_s) == [("2026-11", 1.0)]


def test_a_month_is_written_as_a_month():
    with pytest.raises(ValueError):
        _PARIS.begin_s("2026-13")
