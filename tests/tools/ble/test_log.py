"""The log by pages: unspliced, and not fetched twice after a loss."""

import itertools

from ble_site import Site

_LINES = "\n".join(f"t=2030-03-17T17:46:{n:02d}Z level=info event=decision value={n}" for n in range(18))


def test_the_log_and_the_last_crash_are_printed(site: Site):
    post = site.post(mtu=23)
    post.unit.log = _LINES
    post.unit.crash = "Traceback (most recent call last):\nOSError: 5"
    ended = site("log", "lamp-01")
    assert (ended.status, ended.out) == (0, f"{_LINES}\n--- last crash\n{post.unit.crash}\n")
    assert "23 bytes at a time (MTU)" in ended.err
    assert "crash" not in site("log", "lamp-01", "--no-crash").out


def test_no_crash_is_said(site: Site):
    site.post().unit.log = "one"
    assert site("log", "lamp-01").out == "one\n--- no crash is kept\n"


def test_a_log_that_loses_its_oldest_lines_meanwhile_is_read_anew_and_not_spliced(site: Site):
    unit = site.post().unit
    unit.log = _LINES
    later = _LINES.partition("\n")[2] + "\nt=2030-03-17T17:47:00Z level=info event=late"
    asked = itertools.count()

    def grow(request: str) -> None:
        if next(asked) == 1:
            unit.log = later

    unit.on_answer = grow
    assert site("log", "lamp-01", "--no-crash").out == later + "\n"


def test_a_log_that_never_holds_still_is_given_up(site: Site):
    unit = site.post().unit
    asked = itertools.count()

    def churn(request: str) -> None:
        unit.log = "\n".join(f"{next(asked)} line" for _ in range(150))

    unit.on_answer = churn
    ended = site("log", "lamp-01")
    assert ended.status == 1 and "changes faster than it is read" in ended.err


def test_a_lost_transfer_goes_on_where_it_stood(site: Site):
    post = site.post(mtu=60)
    post.unit.log = _LINES
    frames = 2 + -(-405 // 50)  # greeting, the first page
    post.lose_after = [frames + 4]
    asked: list[str] = []
    post.unit.on_answer = asked.append
    ended = site("log", "lamp-01", "--no-crash")
    assert (ended.status, ended.out) == (0, _LINES + "\n")
    assert "(400 of 1033 bytes of the log are here); trying again (2 of 3)" in ended.err
    assert len(asked) == 4, "of three pages the second was asked for once more, the first was not"


def test_control_characters_do_not_reach_the_terminal(site: Site):
    site.post().unit.log = "event=\x1b[2Jevil"
    assert "\x1b" not in site("log", "lamp-01").out
