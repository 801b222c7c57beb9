"""Keys and the line they make: as a VT100 sends them, a byte at a time or torn anywhere."""

import pytest
from corolle_gateway.console.keys import CTRL_C, DOWN, ENTER, LEFT, Keys
from corolle_gateway.console.line import LONGEST, WIDTH, History, Line, Secret
from hypothesis import given
from hypothesis import strategies as st


def _line(*entered: str, complete: tuple[str, ...] = ()) -> Line:
    history = History()
    for text in entered:
        history.add(text)

    def options(before: str) -> list[str]:
        return [word for word in complete if word.startswith(before.split(" ")[-1])]

    return Line("> ", history, options)


def _typed(data: str, *entered: str, complete: tuple[str, ...] = ()) -> str | None:
    line = _line(*entered, complete=complete)
    for key in Keys().feed(data.encode() + b"\r"):
        line.press(key)
    return line.entered


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("units", "units"),
        ("unts\x1b[D\x1b[Di", "units"),  # cursor left
        ("nits\x01u", "units"),  # ctrl-A
        ("nits\x1bOHu\x1bOF!", "units!"),  # home and end as keypads send them
        ("nits\x1b[1~u\x1b[4~!", "units!"),  # as PuTTY sends them
        ("xunits\x01\x1b[3~", "units"),  # delete
        ("unitz\x7fs", "units"),
        ("unitz\x08s", "units"),
        ("lost\x15units", "units"),  # ctrl-U
        ("unitslost\x1b[D\x1b[D\x1b[D\x1b[D\x0b", "units"),  # ctrl-K
        ("unit lost \x17lamp-01", "unit lamp-01"),  # ctrl-W
        ("lost\x03units", "units"),  # ctrl-C
        ("\x1b[A", "second"),  # history
        ("\x1b[A\x1b[A", "first"),
        ("new\x1b[A\x1b[B", "new"),
        ("\x10\x0e\x10", "second"),  # ctrl-P, ctrl-N
        ("\x1b[A\x1b[A\x1b[A\x1b[A!", "first!"),
        ("été à l'e\u0301cole", "été à l'école"),  # an accent after its letter
        ("une\x1b[5~\x1b[15~ page", "une page"),  # keys nobody needs
        ("\x0cunits", "units"),  # ctrl-L
    ],
)
def test_a_line_is_edited_as_on_any_shell(keys: str, text: str):
    assert _typed(keys, "first", "second") == text


def test_tab_completes_what_is_clear_and_lists_what_is_not():
    names = ("lamp-01", "lamp-02", "canopy-01")
    assert _typed("why c\t", complete=names) == "why canopy-01 "
    assert _typed("why l\t2", complete=names) == "why lamp-02"
    line = _line(complete=names)
    shown = [line.press(key) for key in Keys().feed(b"lamp-0\t")]
    assert "lamp-01  lamp-02\r\n" in shown[-1]
    assert line.press("x") == "x" and line.press("tab") == "\a"


def test_what_is_shown_is_one_row_whatever_is_typed():
    line = _line()
    screen = [line.press(letter) for letter in "x" * (LONGEST + 5)]
    assert screen[-1] == "\a" and line.noise == 5
    rows = [sent.rpartition("\r")[2].replace("\x1b[K", "") for sent in screen if "\r" in sent]
    assert rows and max(map(len, rows)) < WIDTH


def test_control_d_ends_an_empty_line_only():
    line = _line()
    for key in Keys().feed(b"ab\x1b[D\x04"):
        line.press(key)
    assert line.entered is None
    for key in Keys().feed(b"\x7f\x04"):
        line.press(key)
    assert line.ended


def test_a_secret_is_never_shown():
    line = Secret("password: ")
    shown = [line.press(key) for key in Keys().feed("v\x08vélo bleu\x1b[A\r".encode())]
    assert "".join(shown) == "\r\n"
    assert line.entered == "vélo bleu"


def test_a_return_with_its_line_feed_is_one_key():
    assert Keys().feed(b"a\r\nb\rc\n") == ["a", ENTER, "b", ENTER, "c", ENTER]


@given(st.lists(st.binary(max_size=9)))
def test_keys_do_not_depend_on_how_their_bytes_arrive(parts: list[bytes]):
    torn, whole = Keys(), Keys()
    keys = [key for part in parts for key in torn.feed(part)]
    assert keys == whole.feed(b"".join(parts))
    assert torn.noise == whole.noise


@given(st.binary(max_size=400))
def test_no_noise_ends_the_line_editor(data: bytes):
    line = _line("before", complete=("units",))
    for key in Keys().feed(data):
        assert len(line.press(key)) < 4 * WIDTH
        if line.entered is not None:
            line = _line("before", complete=("units",))


def test_noise_is_counted_and_what_follows_it_is_read():
    keys = Keys()
    assert keys.feed(b"\xff\xfe\x00\x1c\x1b[99999999999A" + b"ok" + b"\x1b[D\x03")[-4:] == [
        "o",
        "k",
        LEFT,
        CTRL_C,
    ]
    assert keys.noise >= 5
    assert Keys().feed(b"\x1bOB") == [DOWN]
