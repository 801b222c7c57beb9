"""One event in two frames is one event; two events are two, however much they are alike."""

import tracemalloc
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from corolle_gateway.hub import bodies
from corolle_gateway.hub.retold import Retold
from corolle_gateway.model import Radio, Unit, Uplink
from corolle_gateway.pending import Pending, ended
from corolle_gateway.store import database, messages

_UNIT = Unit("lamp-1", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.44, "C")
_RADIO = Radio(-100.0, 5.0, 5, 868_100_000, 1)
_NOW_S = 1_784_000_000.0
_HOUR_S = 3600.0


def _body(seq: int, after_s: float = 0.0, code: int = 1, value: int = 0, time_s: int = 0) -> bodies.Body:
    uplink = Uplink(_UNIT, "k", 20, b"", _NOW_S + after_s, _RADIO)
    return bodies.event(uplink, {"seq": seq, "code": code, "value": value, "time_s": time_s})


def test_what_differs_in_anything_is_another_event():
    retold = Retold()
    retold.put("lamp-1", _body(7, time_s=1_783_999_999))
    assert retold.is_known("lamp-1", _body(7, 90, time_s=1_783_999_999))
    others: tuple[dict[str, Any], ...] = (
        {"seq": 8, "time_s": 1_783_999_999},
        {"seq": 7, "time_s": 1_784_000_000},
        {"seq": 7, "time_s": 0},
        {"seq": 7, "time_s": 1_783_999_999, "code": 2},
        {"seq": 7, "time_s": 1_783_999_999, "value": 1},
    )
    for other in others:
        assert not retold.is_known("lamp-1", _body(after_s=90, **other)), other
    assert not retold.is_known("lamp-2", _body(7, 90, time_s=1_783_999_999))


@pytest.mark.parametrize(("time_s", "known"), [(1_783_999_999, True), (0, False)])
def test_by_its_own_time_an_event_is_known_for_ever_and_without_for_half_a_day(time_s: int, known: bool):
    retold = Retold()
    retold.put("lamp-1", _body(7, time_s=time_s))
    assert retold.is_known("lamp-1", _body(7, 11 * _HOUR_S, time_s=time_s))
    assert retold.is_known("lamp-1", _body(7, 13 * _HOUR_S, time_s=time_s)) is known
    assert retold.is_known("lamp-1", _body(7, 200 * _HOUR_S, time_s=time_s)) is known


def test_the_same_number_256_events_later_is_another_event():
    retold = Retold()
    for number in range(256):
        assert not retold.is_known("lamp-1", _body(number, number))
        retold.put("lamp-1", _body(number, number))
        assert retold.is_known("lamp-1", _body(number, number + 80))
    assert not retold.is_known("lamp-1", _body(0, 256))


def test_what_never_reached_the_store_is_not_known():
    retold = Retold()
    uplink = Uplink(_UNIT, "1-7", 20, b"", _NOW_S, _RADIO)
    retold.taken(uplink, _body(7), ended(False))
    assert not retold.is_known("lamp-1", _body(7, 80))
    retold.taken(uplink, _body(7), ended(True))
    assert retold.is_known("lamp-1", _body(7, 80))


def test_a_frame_with_an_event_that_is_on_its_way_counts_once_that_has_arrived(tmp_path: Path):
    with closing(database.connect(tmp_path)) as db:
        retold, stored = Retold(), Pending[bool]()
        retold.taken(Uplink(_UNIT, "1-7", 20, b"", _NOW_S, _RADIO), _body(7), stored)
        assert retold.is_known("lamp-1", _body(7, 0.01))
        guard = retold.once_stored("lamp-1", _body(7, 0.01), lambda db: True)
        assert not guard(db)
        messages.put(db, 1, "lamp-1", "event", "1-7", _NOW_S, b"{}")
        assert guard(db)
        stored.succeed(True)
        assert retold.once_stored("lamp-1", _body(7), lambda db: False)(db) is False


def test_another_controller_counts_for_itself():
    retold = Retold()
    retold.put("lamp-1", _body(7))
    retold.put("lamp-2", _body(7))
    retold.forget("lamp-1")
    assert not retold.is_known("lamp-1", _body(7, 80))
    assert retold.is_known("lamp-2", _body(7, 80))


def test_what_is_remembered_is_bounded():
    retold = Retold()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(22_000):
        retold.put(f"lamp-{number % 3_000}", _body(number // 3_000, number, time_s=1_783_999_999 + number))
    size = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert size < 12_000_000
    assert retold.is_known("lamp-999", _body(7, 21_999, time_s=1_783_999_999 + 21_999))
    assert not retold.is_known("lamp-0", _body(0, 22_000, time_s=1_783_999_999))
