"""Requests and answers, and long texts in parts."""

from corolle.wire.errors import FrameError
from corolle.wire.gatt_session import MAX_MESSAGE
from corolle.wire.gatt_words import OUTCOMES, REQUESTS, answer, page, request, split
from corolle.wire.words import code_of, words


def test_codes_stay_what_they_are():
    assert [code_of(REQUESTS, word) for word in words(REQUESTS)] == list(range(1, 11))
    assert code_of(REQUESTS, "restart") == 8 and code_of(REQUESTS, "verdict") == 10
    assert code_of(OUTCOMES, "done") == 0 and code_of(OUTCOMES, "busy") == 5


def test_an_answer_is_known_by_its_request():
    asked = request(7, 201, b"\x01\x02\x03\x04")
    assert asked == bytes.fromhex("07c901020304")
    assert split(asked) == (7, 201, b"\x01\x02\x03\x04")
    assert split(answer(asked, 3, b"why")) == (7, 201, b"\x03why")
    assert split(request(8, 0)) == (8, 0, b"")


def test_what_is_too_short():
    for message in (b"", b"\x01"):
        try:
            split(message)
        except FrameError as error:
            assert error.cause == "length"
        else:
            raise AssertionError(message)


def test_a_long_text_comes_in_parts_that_fit():
    text = bytes(i % 251 for i in range(1000))
    got, start, parts = b"", 0, 0
    while parts == 0 or start:
        body = page(text, start)
        assert len(answer(b"\x05\x00", 0, body)) <= MAX_MESSAGE
        assert int.from_bytes(body[2:4], "little") == len(text)
        got, start, parts = got + body[4:], int.from_bytes(body[:2], "little"), parts + 1
    assert got == text and parts == 3
    assert page(b"", 0) == bytes(4)
    assert page(bytes(400), 0)[:4] == b"\x00\x00\x90\x01"
    assert page(b"short", 9) == b"\x00\x00\x05\x00"
