"""The rounding itself: singles have 24 bits, and whole numbers lose theirs where they meet a float."""

import math
from pathlib import Path

import float32
import pytest

_SOURCE = """
from math import pi, sin

def tenth(): return 0.1
def product(): return 0.1 * 3
def whole_among_themselves(): return (1_783_976_400 * 3 + 1) % 86400
def meets_a_float(): return 1_783_976_401 + 0.0
def quotient(): return 1_783_976_401 / 1
def added(n):
    n += 0.1
    return n
def sine(): return sin(1_783_976_401), pi
def converted(): return float(16_777_217)
def text(): return "%.2f" % 0.5 + 2 * "a"
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A module of a few functions, in 32 bits."""
    (tmp_path / "some_singles.py").write_text(_SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    return float32.load("some_singles")


def test_what_32_bits_hold(module):
    assert module.tenth() == 13421773 / 2**27  # IEEE 754 binary32, 3DCCCCCD
    assert module.product() == 10066330 / 2**25  # 3E99999A
    assert module.added(1) == 9227469 / 2**23  # 3F8CCCCD


def test_whole_numbers_stay_exact_until_they_meet_a_float(module):
    assert module.whole_among_themselves() == (1_783_976_400 * 3 + 1) % 86400
    assert module.meets_a_float() == module.quotient() == 1_783_976_448  # the next multiple of 128
    assert module.converted() == 16_777_216


def test_the_math_module_takes_and_gives_singles(module):
    assert module.sine() == (float32.single(math.sin(1_783_976_448)), float32.single(math.pi))


def test_text_is_left_alone(module):
    assert module.text() == "0.50aa"
