"""What a board prints, as a record."""

from corolle_hil.console import read_line


def test_a_decision_is_a_record_of_its_own():
    line = 't=- level=info event=decision output=light value=40 reason="override until 23:10 by ops"'
    assert read_line("lamp-01", line) == {
        "type": "decision",
        "unit": "lamp-01",
        "level": "info",
        "output": "light",
        "value": 40,
        "reason": "override until 23:10 by ops",
    }


def test_other_events_keep_their_name_and_an_address_stays_text():
    record = read_line(
        "lamp-01", "t=2026-07-14T19:40:03Z level=info event=joined dev_addr=01908374 share=-0.5"
    )
    assert record["type"] == "event"
    assert (record["event"], record["dev_addr"], record["share"]) == ("joined", "01908374", -0.5)


def test_a_quoted_quote_survives():
    assert read_line("x", r't=- event=crash text="he said \"no\""')["text"] == 'he said "no"'


def test_a_traceback_stays_text():
    assert read_line("x", "MemoryError: ") == {"type": "console", "unit": "x", "text": "MemoryError: "}
