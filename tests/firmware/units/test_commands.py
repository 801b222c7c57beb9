"""Orders: each is answered, the wrong ones with the reason, and none is carried out twice."""

from bench import MIDNIGHT, Bench, Shelf
from corolle.units import lamp
from corolle.units.orders import obey
from corolle.wire.codec import encode
from corolle.wire.orders import COMMAND
from corolle.wire.words import REASONS, VERBS, VERDICTS, code_of, word_of


class _Unit:
    """Obeys, and remembers."""

    def __init__(self, verdict="accepted"):
        self.obeyed = []
        self.verdict = verdict

    def carry_out(self, *order):
        self.obeyed.append(order)
        return self.verdict

    def output(self):
        return "override", 40


class _Desk:
    """What a link does with an order: it sends what is answered."""

    def __init__(self, kind, common, unit):
        self._parts = kind, common, unit
        self._reporter = common.reporter

    def receive(self, port, payload):
        fields = obey(*self._parts, payload, port)
        if fields:
            self._reporter.ack(fields)


def _desk(now_s: int | None = MIDNIGHT, shelf=None, unit=None):
    bench = Bench(lamp, now_s, shelf)
    unit = unit or _Unit()
    desk = _Desk("lamp", bench.common, unit)
    return bench, unit, desk


def _order(number=7, verb="level", value=40, until_s=MIDNIGHT + 600, author="ops", code=None):
    fields = {
        "id": number,
        "verb": code or code_of(VERBS, verb),
        "value": value,
        "until_s": until_s,
        "author": author,
    }
    return encode(COMMAND, fields)


def _verdicts(bench):
    return [(ack["id"], word_of(VERDICTS, ack["verdict"])) for ack in bench.link.decoded(31)]


def test_a_right_order_is_carried_out_and_answered_before_everything():
    bench, unit, desk = _desk()
    desk.receive(30, _order())
    assert unit.obeyed == [("level", 40, MIDNIGHT + 600, "ops")]
    ack = bench.link.decoded(31)[0]
    assert ack == {"id": 7, "verdict": 0, "reason": code_of(REASONS, "override"), "value": 40}
    assert bench.link.frames[0][2] == 0


def test_wrong_orders_are_answered_with_what_is_wrong():
    bench, unit, desk = _desk()
    for payload, verdict in (
        (_order(1, value=101), "out of range"),
        (_order(2, until_s=MIDNIGHT), "expired"),
        (_order(3, code=99), "unknown verb"),
        (_order(4, verb="open"), "not fitted"),
    ):
        desk.receive(30, payload)
        assert _verdicts(bench)[-1][1] == verdict
        assert bench.common.refused[verdict] == 1
    assert unit.obeyed == []


def test_without_a_clock_no_order_is_believed():
    bench, unit, desk = _desk(now_s=None)
    desk.receive(30, _order())
    assert _verdicts(bench) == [(7, "clock unknown")] and unit.obeyed == []
    bench.clock.set(MIDNIGHT)
    desk.receive(30, _order())
    assert _verdicts(bench)[-1] == (7, "accepted") and len(unit.obeyed) == 1


def test_what_the_unit_refuses_is_answered_so():
    bench, _, desk = _desk(unit=_Unit("refused"))
    desk.receive(30, _order())
    assert _verdicts(bench) == [(7, "refused")]
    assert bench.common.refused == {"refused": 1}


def test_an_order_that_comes_again_is_answered_and_not_obeyed_again():
    bench, unit, desk = _desk()
    desk.receive(30, _order(7, value=40))
    desk.receive(30, _order(8, value=60))
    desk.receive(30, _order(7, value=40))
    assert _verdicts(bench) == [(7, "accepted"), (8, "accepted"), (7, "accepted")]
    assert [value for _, value, _, _ in unit.obeyed] == [40, 60]


def test_orders_are_known_again_after_a_reset():
    shelf = Shelf()
    _, _, desk = _desk(shelf=shelf)
    desk.receive(30, _order())
    bench, unit, desk = _desk(shelf=shelf)
    desk.receive(30, _order())
    assert _verdicts(bench) == [(7, "accepted")] and unit.obeyed == []


def test_the_same_number_with_another_content_is_another_order():
    _, unit, desk = _desk()
    desk.receive(30, _order(1))
    desk.receive(30, _order(1, until_s=MIDNIGHT + 3600))
    assert len(unit.obeyed) == 2


def test_only_the_last_eight_are_remembered():
    shelf = Shelf()
    _, unit, desk = _desk(shelf=shelf)
    for number in range(20):
        desk.receive(30, _order(number))
    assert len(shelf.records["orders"]) == 32
    desk.receive(30, _order(12))
    assert len(unit.obeyed) == 20


def test_garbage_is_counted_and_stops_nothing():
    bench, unit, desk = _desk()
    whole = _order()
    for length in range(len(whole)):
        desk.receive(30, whole[:length])
    desk.receive(30, whole + b"\x00\x00")
    desk.receive(99, whole)
    desk.receive(30, b"\xff" * 200)
    assert bench.common.refused == {"malformed": len(whole) + 2, "unknown port": 1}
    assert bench.link.frames == [] and unit.obeyed == []
    desk.receive(30, whole)
    assert len(unit.obeyed) == 1
