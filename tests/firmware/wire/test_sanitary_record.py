"""Layout and chain of sanitary records, against bytes that sha256sum of GNU coreutils gives."""

from corolle.wire import sanitary_record
from corolle.wire.errors import FrameError
from corolle.wire.sanitary_record import RECORD_BYTES, SANITARY, Record, first_link, link, pack, unpack
from corolle.wire.words import code_of, word_of, words

_DEV_EUI = "70b3d57ed0001234"
_FIRST = "b7efef418350e050"  # printf 'corolle sanitary 70b3d57ed0001234' | sha256sum
# number 1, 2026-07-14T03:33:20Z, log begun; and a minute later: purged, 57 dL, by ops.
_BEGUN = "0100000000ae556a01000000" + 12 * "00" + "890629b2e040e694"
_PURGED = "020000003cae556a020039006f7073" + 9 * "00" + "6f4dc9370dd41eed"


def test_two_records_and_their_chain():
    first = pack(1, 1784000000, code_of(SANITARY, "log begun"), 0, "", first_link(_DEV_EUI))
    second = pack(2, 1784000060, code_of(SANITARY, "purged"), 57, "ops", first[24:])
    assert first_link(_DEV_EUI).hex() == _FIRST
    assert first.hex() == _BEGUN
    assert second.hex() == _PURGED


def test_what_is_packed_is_unpacked():
    fields = Record(2, 1784000060, 2, 0, 57, "ops", bytes.fromhex("6f4dc9370dd41eed"))
    assert unpack(bytes.fromhex(_PURGED)) == fields
    assert unpack(pack(1, 0, 15, 65535, "twelve bytes", bytes(8)))[:6] == (
        1,
        0,
        15,
        0,
        65535,
        "twelve bytes",
    )


def test_numbers_and_times_beyond_31_bits():
    record = unpack(pack(0xFFFFFFFF, 4102444799, 18, 0, "", bytes(8)))
    assert (record.number, record.time_s, record.code) == (0xFFFFFFFF, 4102444799, 18)


def test_a_value_that_does_not_fit_stands_at_the_end_of_the_range():
    assert unpack(pack(1, 0, 13, 70000, "", bytes(8))).value == 65535
    assert unpack(pack(1, 0, 10, -5, "", bytes(8))).value == 0


def test_every_byte_of_a_head_and_of_the_link_before_it_changes_the_link():
    record = bytes.fromhex(_PURGED)
    before = bytes.fromhex(_BEGUN)[24:]
    assert link(before, record[:24]) == link(before, record) == record[24:]
    for place in range(24):
        other = bytearray(record)
        other[place] ^= 1
        assert link(before, bytes(other)) != record[24:], place
    for place in range(8):
        other = bytearray(before)
        other[place] ^= 0x80
        assert link(bytes(other), record) != record[24:], place


def test_an_author_that_no_order_can_carry_is_refused():
    for author in ("thirteen byte", "préfet", "line\n", "nul\0"):
        try:
            pack(1, 0, 16, 0, author, bytes(8))
        except ValueError as error:
            assert str(error).startswith("author = ")
        else:
            raise AssertionError(author)


def test_what_is_no_record_is_refused_with_its_cause():
    record = bytes.fromhex(_PURGED)
    cases = [(record[:31], "length"), (record + b"x", "length"), (b"", "length")]
    for place, byte in ((0, 0), (8, 0), (9, 1), (13, 0), (12, 10), (12, 0x80), (23, 65)):
        wrong = bytearray(record)
        wrong[place] = byte
        cases.append((bytes(wrong), "unknown structure"))
    for payload, cause in cases:
        try:
            unpack(payload)
        except FrameError as error:
            assert error.cause == cause
        else:
            raise AssertionError(payload)


def test_a_dev_eui_of_any_case_and_nothing_else():
    assert first_link(_DEV_EUI.upper()).hex() == _FIRST
    for wrong in ("", "70b3d57ed000123", _DEV_EUI + "0", "70b3d57ed000123g", "70-b3-d5-7e-d0-0"):
        try:
            first_link(wrong)
        except ValueError as error:
            assert "DevEUI" in str(error)
        else:
            raise AssertionError(wrong)


def test_words_come_back_and_their_places_are_for_ever():
    for word in words(SANITARY):
        assert word_of(SANITARY, code_of(SANITARY, word)) == word
    places = [
        code_of(SANITARY, word) for word in ("log begun", "misting ended", "lab stop", "supply refused")
    ]
    assert places == [1, 5, 14, 18]
    assert RECORD_BYTES == 32
    assert sanitary_record.PORT == 13
