"""Settings as they go over the air: five bytes each, of either sign."""

from corolle.wire import settings_words as words
from corolle.wire.errors import FrameError


def _cause(function, payload):
    try:
        function(payload)
    except FrameError as error:
        return error.cause
    raise AssertionError("nothing was refused")


def test_pairs_come_back():
    pairs = [("base_pct", 100), ("on_offset_min", -60), ("clo_h", 200000), ("zone_min", -720)]
    packed = words.pack_pairs(pairs)
    assert len(packed) == 5 * len(pairs)
    assert words.unpack_pairs(packed) == [(words.mark(name), value) for name, value in pairs]


def test_a_mark_is_the_lower_half_of_the_name_s_crc32():
    # zlib.crc32(b"base_pct") & 0xFFFF, so that anybody can make one.
    assert words.mark("base_pct") == 0x4249
    assert words.pack_pairs([("base_pct", -2)]) == b"\x49\x42\xfe\xff\xff"


def test_an_answer_fits_at_the_slowest_data_rate():
    pairs = [("hold_s", number) for number in range(words.MOST_PAIRS)]
    payload = words.pack_answer(0xFEDCBA98, 20, 9, pairs)
    assert len(payload) == 51
    assert words.unpack_answer(payload)[:3] == (0xFEDCBA98, 20, 9)
    assert [value for _, value in words.unpack_answer(payload)[3]] == list(range(words.MOST_PAIRS))


def test_what_is_cut_off_is_refused():
    payload = words.pack_answer(1, 1, 0, [("hold_s", 5)])
    for end in (0, 5, 7, 10):
        assert _cause(words.unpack_answer, payload[:end]) == "length"
    assert _cause(words.unpack_pairs, b"1234") == "length"
