"""Multicast setup as TS005-1.0.0 has it."""

from corolle.wire import multicast as words
from corolle.wire.errors import FrameError
from keys import make_key as Key


def test_a_group_s_session_keys_are_made_of_its_key_and_address():
    # TS005, 4.2: aes128_encrypt(McKey, 01 | McAddr | 00...), the address little-endian; 02 for the network's.
    key = Key(bytes(range(16)))
    nwk, app = words.group_keys(key, 0x01020304)
    assert app == key.encrypt(b"\x01\x04\x03\x02\x01" + bytes(11))
    assert nwk == key.encrypt(b"\x02\x04\x03\x02\x01" + bytes(11))


def test_each_unit_has_a_sealing_key_of_its_own():
    first, second = (words.sealing_key(Key(bytes((n,)) * 16), Key) for n in (1, 2))
    assert first.encrypt(bytes(16)) != second.encrypt(bytes(16))


def test_a_setup_has_the_layout_of_clause_3_2():
    payload = words.build_setup(1, 0x01020304, b"k" * 16, 5, 0xFFFFFFFF)
    assert payload == b"\x02\x01\x04\x03\x02\x01" + b"k" * 16 + b"\x05\0\0\0\xff\xff\xff\xff"
    assert words.parse_setup(payload) == (1, 0x01020304, b"k" * 16, 5, 0xFFFFFFFF)
    assert words.parse_answer(words.build_answer(3, False)) == (3, False)
    assert words.build_answer(2, True) == b"\x02\x06"


def test_what_is_none_is_refused():
    for parse, payload in (
        (words.parse_setup, b"\x02"),
        (words.parse_setup, b"\x03" + bytes(29)),
        (words.parse_answer, b"\x02"),
        (words.parse_answer, b"\x03\0"),
    ):
        try:
            parse(payload)
        except FrameError as error:
            assert error.cause == "length"
        else:
            raise AssertionError(payload)
