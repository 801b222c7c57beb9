"""BTHome objects packed in floats of 32 bits, as an ESP32 computes: each figure comes out at its own step."""

import float32
import pytest
from corolle.wire.bthome_reader import unpack
from hypothesis import given
from hypothesis import strategies as st

_SINGLES = float32.load("corolle.wire.bthome")


def _sent(object_id: int, value) -> float:
    return unpack(_SINGLES.pack([(object_id, value)], 0, 0))[1][1]


# Object, the greatest raw value that 24 bits of mantissa leave exact with a bit to spare.
@pytest.mark.parametrize(
    "object_id", [0x02, 0x03, 0x05, 0x0B, 0x0C, 0x14, 0x42, 0x43, 0x49, 0x4A, 0x4D, 0x4F, 0x55]
)
@given(share=st.floats(0, 1))
def test_every_step_survives(object_id, share):
    size, signed, decimals = _SINGLES.shape(object_id)
    top = min((1 << 8 * size - signed) - 1, 1 << 22)
    raw = round(share * top)
    assert _sent(object_id, float32.single(raw / 10**decimals)) == raw / 10**decimals


@given(st.integers(1 << 22, 1 << 24))
def test_energy_never_goes_back_and_is_within_two_watt_hours_up_to_16_mwh(energy_wh):
    now = _sent(0x4D, float32.single(energy_wh / 1000))
    assert abs(now * 1000 - energy_wh) <= 2
    assert _sent(0x4D, float32.single((energy_wh + 1) / 1000)) >= now


@given(st.integers(0, 0xFFFFFFFF))
def test_whole_numbers_stay_whole(count):
    assert _sent(0x3E, count) == count
    assert _sent(0x4F, count // 1000) == count // 1000
