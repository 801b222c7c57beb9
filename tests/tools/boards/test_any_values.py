"""Whatever a file has in the place of a value, a check answers with findings and never breaks."""

import copy
from typing import Any

import pytest
from corolle_tools.boards.check import check, refused
from corolle_tools.boards.definition import Definition, read_definition

_ODD = (True, -1, 1.5, "", "spi1", [None], {"a": {}})
# read_definition() lets nothing but a table stand there.
_TABLES = (("micropython",), ("buses",), ("fitted",), ("pull_up_ohm",), ("pull_down_ohm",))


def _values(raw: dict[str, Any], at: tuple[str, ...] = ()):
    for key, value in raw.items():
        here = (*at, key)
        if isinstance(value, dict) and (here in _TABLES or here[:1] in (("buses",), ("fitted",))):
            yield from _values(value, here)
        else:
            yield here


def _with(board: Definition, at: tuple[str, ...], value: Any) -> Definition:
    raw = copy.deepcopy(board.raw)
    table = raw
    for key in at[:-1]:
        table = table[key]
    table[at[-1]] = value
    return Definition(board.path, raw)


@pytest.mark.parametrize("name", ["canopy-s3", "devkitc-s3"])
def test_no_value_breaks_a_check(name: str):
    board = read_definition(name)
    places = list(_values(board.raw))
    assert len(places) >= 50
    for at in places:
        for odd in _ODD:
            for finding in check(_with(board, at, odd)):
                assert str(finding).endswith(".") and " : " not in str(finding)


@pytest.mark.parametrize("name", ["lamp-s3", "canopy-s3", "devkitc-s3"])
def test_no_value_may_be_missing_but_those_that_may(name: str):
    board = read_definition(name)
    may = {"supply", "tcxo_mv", "zero_cross_pin", "inverted", "variant"}
    for at in _values(board.raw):
        raw = copy.deepcopy(board.raw)
        table = raw
        for key in at[:-1]:
            table = table[key]
        del table[at[-1]]
        findings = check(Definition(board.path, raw))
        if at[0].startswith("pull_"):
            assert findings, at  # a note where nothing moves, a refusal where something does
        elif at[-1] not in may:
            assert refused(findings), at
