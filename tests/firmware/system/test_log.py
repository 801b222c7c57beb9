"""Lines are logfmt, and the ring never grows."""

from corolle.system.log import Log, Ring


def test_a_line_has_time_level_event_and_fields_by_name():
    log = Log(lambda: "2026-07-14T19:40:03Z")
    log("decision", value=40, output="light", reason="override until 23:10 by ops")
    assert list(log.lines()) == [
        "t=2026-07-14T19:40:03Z level=info event=decision output=light "
        'reason="override until 23:10 by ops" value=40'
    ]


def test_values_stay_on_one_line_and_quotes_are_escaped():
    log = Log(lambda: "-")
    log("crash", level="error", text='Trace\n "x"\\', empty="", raw=b"\x01\xff", ok=True)
    assert list(log.lines()) == [
        't=- level=error event=crash empty="" ok=True raw=01ff text="Trace  \\"x\\"\\\\"'
    ]


def test_lines_below_the_level_are_left_out():
    log = Log(lambda: "-")
    log("detail", level="debug")
    assert list(log.lines()) == []
    log.level = "debug"
    log("detail", level="debug")
    assert len(list(log.lines())) == 1


def test_the_ring_keeps_the_newest_whole_lines():
    ring = Ring(64)
    for number in range(100):
        ring.append(b"line %03d" % number)
    assert list(ring.lines()) == [f"line {number:03d}" for number in range(93, 100)]


def test_a_line_longer_than_the_ring_keeps_its_beginning():
    ring = Ring(16)
    ring.append(b"short")
    ring.append(b"0123456789abcdefghij")
    assert list(ring.lines()) == ["0123456789abcde"]
    ring.append(b"short")
    assert list(ring.lines()) == ["short"]
