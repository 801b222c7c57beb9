"""Lengths of time as people write them."""

import pytest
from corolle_gateway.duration import seconds


@pytest.mark.parametrize(
    ("text", "expected_s"),
    [("90s", 90), ("10m", 600), ("2h", 7200), ("1h30m", 5400), ("1d", 86400)],
)
def test_lengths_of_time(text: str, expected_s: int):
    assert seconds(text) == expected_s


@pytest.mark.parametrize("text", ["", "10", "m", "-5m", "1.5h", "10 m", "10min"])
def test_anything_else_is_refused_by_name(text: str):
    with pytest.raises(ValueError, match="is not a length of time like"):
        seconds(text)
