"""What the city may order, and bytes that are no order."""

import json
from typing import Any

import pytest
from corolle_gateway.hub import orders
from corolle_gateway.hub.orders import OrderError
from corolle_gateway.model import Command, Unit
from hypothesis import given, settings
from hypothesis import strategies as st

_NOW_S = 1_784_058_000.0  # 2026-07-14T19:40:00Z
_LAMP = Unit("lamp-1", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.4, "C")
_CANOPY = Unit("canopy-1", "canopy", "quai", "03" * 8, "00" * 8, 43.6, 1.4, "A")


def _read(unit: Unit | None = _LAMP, **order: Any) -> orders.Order:
    return orders.read(unit, json.dumps(order).encode(), _NOW_S)


def test_an_order_is_absolute_and_ends():
    order = _read(id="a1", verb="level", value=40, for_s=600, author="ops")
    assert order == orders.Order("a1", "level", 40, _NOW_S + 600, "ops", 600)


def test_what_is_left_out():
    first, second = _read(verb="auto"), _read(verb="auto")
    assert (first.value, first.until_s) == (0, _NOW_S + 3600)
    assert first.id != second.id and first.author


@pytest.mark.parametrize(
    ("again", "later_s", "is_it"),
    [
        ({"for_s": 600}, 86_400, True),  # the broker brings it again, or whoever gave it does
        ({"for_s": 600.5}, 0, False),
        ({"until": _NOW_S + 600}, 60, True),
        ({"until": _NOW_S + 660}, 60, False),
        ({"for_s": 600, "value": 90}, 0, False),
        ({"for_s": 600, "author": "night"}, 0, False),
        ({"for_s": 600, "verb": "cap"}, 0, False),
    ],
)
def test_an_order_come_again_is_known_by_all_it_says(again: dict[str, Any], later_s: float, is_it: bool):
    known = Command("lamp-1", "a1", 1, "level", 40, _NOW_S + 600, "ops", "sent", "", _NOW_S)
    payload = json.dumps({"id": "a1", "verb": "level", "value": 40, "author": "ops", **again}).encode()
    order = orders.read(_LAMP, payload, _NOW_S + later_s)
    assert orders.is_again(order, "lamp-1", known) is is_it
    assert not orders.is_again(order, "lamp-2", known)


@pytest.mark.parametrize(
    "until",
    [_NOW_S + 60, int(_NOW_S) + 60, "2026-07-14T19:41:00Z", "2026-07-14T21:41:00+02:00", "2026-07-14T19:41"],
)
def test_until_in_all_its_spellings(until: float | str):
    assert _read(verb="auto", until=until).until_s == _NOW_S + 60


@pytest.mark.parametrize(
    ("unit", "order", "cause", "reason"),
    [
        (None, {"verb": "auto"}, "command_unknown_unit", "no such unit is registered here"),
        (_LAMP, {}, "command_bad_field", "missing required field `verb`"),
        (_LAMP, {"verb": 1}, "command_bad_field", "Expected `str`, got `int` - at `$.verb`"),
        (
            _LAMP,
            {"verb": "open", "value": 5},
            "command_unknown_verb",
            "a lamp takes auto, cap, learn, level, report",
        ),
        (_CANOPY, {"verb": "level", "value": 5}, "command_unknown_verb", "a canopy takes auto, ban, cleaned"),
        (_LAMP, {"verb": "level"}, "command_out_of_range", "value is missing: 0..100 %"),
        (_LAMP, {"verb": "level", "value": 101}, "command_out_of_range", "value = 101 is outside 0..100 %"),
        (_LAMP, {"verb": "level", "value": -1}, "command_out_of_range", "value = -1 is outside 0..100 %"),
        (_LAMP, {"verb": "level", "value": 10**400}, "command_out_of_range", "is outside 0..100 %"),
        (_LAMP, {"verb": "level", "value": 40.5}, "command_bad_field", "at `$.value`"),
        (_LAMP, {"verb": "level", "value": True}, "command_bad_field", "at `$.value`"),
        (
            _CANOPY,
            {"verb": "open", "value": 1801},
            "command_out_of_range",
            "1801 is outside 1..1800 s",
        ),
        (_LAMP, {"verb": "auto", "for_s": 0}, "command_expired", "it ended before it came"),
        (_LAMP, {"verb": "auto", "until": 5}, "command_expired", "it ended before it came"),
        (_LAMP, {"verb": "auto", "for_s": 1e9}, "command_out_of_range", "it would last more than 2678400 s"),
        (_LAMP, {"verb": "auto", "for_s": 1e300}, "command_bad_field", "at `$.for_s`"),
        (_LAMP, {"verb": "auto", "until": 10**400}, "command_bad_field", "at `$.until`"),
        (_LAMP, {"verb": "auto", "until": "soon"}, "command_bad_field", "until = 'soon' is neither ISO 8601"),
        (_LAMP, {"verb": "auto", "until": "0001-01-01"}, "command_expired", "it ended before it came"),
        (
            _LAMP,
            {"verb": "auto", "for_s": 1, "until": 1},
            "command_bad_field",
            "for_s or until, not both",
        ),
        (_LAMP, {"verb": "auto", "author": "é"}, "command_bad_author", "1 to 12 printable ASCII"),
        (_LAMP, {"verb": "auto", "author": ""}, "command_bad_author", "1 to 12 printable ASCII"),
        (_CANOPY, {"verb": "ban"}, "command_bad_author", "ban is signed: author is missing"),
        (_CANOPY, {"verb": "lab", "value": 5}, "command_bad_author", "lab is signed: author is missing"),
        (_CANOPY, {"verb": "cleaned", "author": ""}, "command_bad_author", "1 to 12 printable ASCII"),
        (_LAMP, {"verb": "auto", "force": 1}, "command_bad_field", "unknown field `force`"),
    ],
)
def test_a_wrong_order_is_told_what_is_right(
    unit: Unit | None, order: dict[str, Any], cause: str, reason: str
):
    with pytest.raises(OrderError) as raised:
        _read(unit, id="x", **order)
    assert (raised.value.cause, raised.value.order_id) == (cause, "x")
    assert raised.value.author == order.get("author")
    assert reason in str(raised.value)


def test_bytes_that_are_no_json_are_told_where():
    with pytest.raises(OrderError, match=r"not a JSON object: .*byte 40") as raised:
        orders.read(_LAMP, b'{"verb":"settings","settings":{"hold_s":NaN}}', _NOW_S)
    assert (raised.value.order_id, raised.value.author) == (None, None)


@pytest.mark.parametrize("wrong", ["", "x" * 65, "a\nb"])
def test_a_wrong_id(wrong: str):
    with pytest.raises(OrderError, match="id must be 1 to 64 printable characters") as raised:
        _read(id=wrong, verb="auto")
    assert raised.value.cause == "command_bad_id"


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b"[]", b"7", b"[" * 1000, b'{"id": "\\ud800"}'])
def test_bytes_that_are_no_object(payload: bytes):
    with pytest.raises(OrderError) as raised:
        orders.read(_LAMP, payload, _NOW_S)
    assert raised.value.cause in ("command_bad_json", "command_bad_field")


_VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80)
_ORDERS = st.fixed_dictionaries(
    {},
    optional={
        "verb": st.sampled_from(["level", "auto", "open", "close", "report"]) | _VALUES,
        "id": _VALUES,
        "value": st.integers(0, 100) | _VALUES,
        "for_s": st.floats(1, 1000) | _VALUES,
        "until": st.sampled_from(["2026-07-14T20:00:00Z"]) | _VALUES,
        "author": st.sampled_from(["ops"]) | _VALUES,
        "more": _VALUES,
    },
).map(lambda order: json.dumps(order).encode())


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from([_LAMP, _CANOPY, None]), _ORDERS | st.binary(max_size=60))
def test_whatever_comes_is_a_legal_order_or_an_order_error(unit: Unit | None, payload: bytes):
    try:
        order = orders.read(unit, payload, _NOW_S)
    except OrderError as error:
        assert error.cause.startswith("command_") and str(error)
    else:
        assert unit is not None
        assert _NOW_S < order.until_s <= _NOW_S + orders.MAX_FOR_S
        assert 0 <= order.value <= 1800 and 0 < len(order.author) <= 12 and 0 < len(order.id) <= 64
