"""Adverts of a presence wave: what they are made of, and that nobody's but a neighbour's news is believed."""

import random
import struct

from corolle.wire.errors import FrameError
from corolle.wire.wave import Wave
from keys import make_key

_RAW = bytes(range(16))
_NOW_S = 1_900_000_000  # beyond the small integers of a node
_ORIGIN, _VIA = 0x89ABCDEF, 0xFEDCBA98


def _wave(raw_key=_RAW):
    return Wave(make_key(raw_key))


def _advert(sequence=7, origin=_ORIGIN, kind=2, posts=3, time_s=_NOW_S):
    return _wave().build(origin, sequence, kind, posts, _VIA, time_s)


def _cause(wave, data, now_s=_NOW_S):
    try:
        wave.read(data, now_s)
    except FrameError as error:
        return error.cause
    return None


def test_its_bytes():
    data = _advert()
    assert len(data) == 30
    assert data[:5] == bytes.fromhex("1dffffff01")
    assert data[5:22] == struct.pack("<III", _ORIGIN, 7, _VIA) + b"\x23" + struct.pack("<I", _NOW_S)
    assert data[22:] == make_key(_RAW).cmac(data[4:22])[:8]


def test_it_is_read_as_it_was_built():
    assert _wave().read(_advert(), _NOW_S) == (_ORIGIN, 7, 2, 3, _VIA)


def test_what_there_is_no_room_for():
    for kind, posts in ((3, 1), (-1, 1), (0, 16), (0, -1)):
        try:
            _advert(kind=kind, posts=posts)
        except ValueError:
            continue
        raise AssertionError((kind, posts))


def test_a_stranger_is_refused():
    assert _cause(_wave(bytes(16)), _advert()) == "mic"
    data = _advert()
    for i in range(4, len(data)):
        changed = bytearray(data)
        changed[i] ^= 1 << i % 8
        assert _cause(_wave(), bytes(changed)) == ("version" if i == 4 else "mic"), i


def test_what_is_cut_and_what_is_nobodys():
    for length in range(30):
        assert _cause(_wave(), _advert()[:length]) == ("foreign" if length < 4 else "length")
    assert _cause(_wave(), _advert() + b"\x00") == "length"
    assert _cause(_wave(), bytes.fromhex("0201060303d2fc")) == "foreign"


def test_a_sighting_is_news_once():
    wave = _wave()
    assert _cause(wave, _advert(7)) is None
    assert _cause(wave, _advert(7)) == "repeated"
    assert _cause(wave, _advert(7, posts=2)) == "repeated"
    assert _cause(wave, _advert(6)) == "replayed"
    assert _cause(wave, _advert(6, origin=5)) is None
    assert _cause(wave, _advert(8)) is None
    assert _cause(wave, _advert(7)) == "replayed"


def test_what_was_recorded_is_stale_even_for_a_lamp_that_has_forgotten():
    assert _cause(_wave(), _advert(), _NOW_S + 300) is None
    assert _cause(_wave(), _advert(), _NOW_S + 301) == "stale"
    assert _cause(_wave(), _advert(), _NOW_S - 301) == "stale"


def test_a_street_without_clocks_still_tells():
    assert _cause(_wave(), _advert(time_s=0)) is None
    assert _cause(_wave(), _advert(), 0) is None


def test_numbers_of_32_bits():
    wave = _wave()
    assert wave.read(_advert(0xFFFFFFFF, 0xFFFFFFFF), _NOW_S)[:2] == (0xFFFFFFFF, 0xFFFFFFFF)
    assert _cause(wave, _advert(0x7FFFFFFF, 0xFFFFFFFF)) == "replayed"


def test_memory_stays_bounded_and_the_loudest_are_remembered():
    wave = _wave()
    for number in range(400):
        assert _cause(wave, _advert(number, origin=number % 40)) is None
        assert _cause(wave, _advert(number, origin=77)) is None
    assert len(wave._known) <= 24 * 8
    assert _cause(wave, _advert(399, origin=77)) == "repeated"


def test_a_thousand_forged_replayed_and_cut_adverts_are_refused_and_counted():
    random.seed(1)
    wave, stranger = _wave(), _wave(bytes(16))
    heard = [_advert(sequence, origin) for origin in range(1, 11) for sequence in (10, 11, 12)]
    for data in heard:
        assert _cause(wave, data) is None
    refused = {}
    for number in range(1000):
        data = heard[random.randrange(len(heard))]
        sort = number % 4
        if sort == 0:
            data = stranger.build(random.randrange(1 << 30), number, 0, 1, 5, _NOW_S)
        elif sort == 1:
            data = data[: random.randrange(4, 30)]
        elif sort == 2:
            data = data[:5] + bytes(random.randrange(256) for _ in range(25))
        cause = _cause(wave, data)
        refused[cause] = refused.get(cause, 0) + 1
    assert refused.pop("length") == 250 and refused.pop("mic") == 500
    assert refused.pop("repeated") + refused.pop("replayed") == 250
    assert not refused
