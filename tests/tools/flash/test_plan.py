"""What is written to a board, and in which order: a cut between any two steps leaves nothing half."""

import json

import pytest
from corolle_tools.flash.plan import DATA, KEYS, MAIN, MANIFEST, UNIT, digest, make_plan, with_manifest

_FILES = with_manifest(
    {
        MAIN: b"main",
        "/boot.py": b"boot",
        "/corolle/a.mpy": b"a",
        "/corolle/b.mpy": b"b",
        "/board.json": b"{}",
        UNIT: b"unit",
        KEYS: b"keys",
    },
    "lamp-s3",
)


def _on_board(files: dict[str, bytes]) -> dict[str, str]:
    return {path: digest(content) for path, content in files.items()}


def _states(
    files: dict[str, bytes], there: dict[str, str], is_replaced: bool = False
) -> list[dict[str, str]]:
    """What a board has after each step."""
    plan, states = make_plan(files, there, is_replaced), [dict(there)]
    for path in plan.clear:
        states.append({name: kept for name, kept in states[-1].items() if name != path})
    for path in plan.write:
        states.append(states[-1] | {path: digest(files[path])})
    return states


def test_a_bare_board_gets_all_main_last_but_for_the_manifest():
    plan = make_plan(_FILES, {})
    assert plan.clear == []
    assert sorted(plan.write) == sorted(_FILES)
    assert plan.write[-4:] == [UNIT, KEYS, MAIN, MANIFEST]


def test_a_board_that_is_as_it_should_be_is_left_alone():
    assert not make_plan(_FILES, _on_board(_FILES))


def test_only_what_differs_is_written_and_what_is_no_part_of_it_goes():
    there = _on_board(
        _FILES | {"/corolle/b.mpy": b"old", "/corolle/c.mpy": b"c", "/boot.py.new": b"", "/own.txt": b""}
    )
    plan = make_plan(_FILES, there)
    assert plan.clear == [MANIFEST, MAIN, "/corolle/c.mpy", "/boot.py.new"]
    assert plan.write == ["/corolle/b.mpy", MAIN, MANIFEST]


@pytest.mark.parametrize("is_replaced", [False, True])
def test_wherever_it_is_cut_main_starts_a_whole_program_and_keys_stand_beside_their_own_unit(
    is_replaced: bool,
):
    old = _FILES | {"/corolle/a.mpy": b"old", UNIT: b"old unit", KEYS: b"old keys"}
    states = _states(_FILES, _on_board(old), is_replaced)
    assert states[-1] == _on_board(_FILES)
    for state in states:
        if MAIN in state:
            programs = [
                {path: digest(each[path]) for path in each if "mpy" in path} for each in (old, _FILES)
            ]
            assert {path: kept for path, kept in state.items() if "mpy" in path} in programs
        if KEYS in state:
            assert (state[UNIT], state[KEYS]) in [
                (digest(each[UNIT]), digest(each[KEYS])) for each in (old, _FILES)
            ]
        if MANIFEST in state and state[MANIFEST] == digest(_FILES[MANIFEST]):
            assert state == states[-1] or state == states[0]


def test_a_cut_flash_goes_on_where_it_was():
    old = _FILES | {"/corolle/a.mpy": b"old", UNIT: b"old unit", KEYS: b"old keys"}
    for state in _states(_FILES, _on_board(old), is_replaced=True):
        replaced = state[UNIT] == digest(b"old unit")
        assert _states(_FILES, state, replaced)[-1] == _on_board(_FILES)


def test_what_another_unit_has_counted_goes_before_its_name_does():
    plan = make_plan(_FILES, _on_board(_FILES | {UNIT: b"old unit"}), is_replaced=True)
    assert plan.clear[-2:] == [KEYS, DATA]


def test_the_manifest_names_all_files_but_tells_nothing_of_keys():
    told = json.loads(_FILES[MANIFEST])
    assert told["board"] == "lamp-s3"
    assert told["files"]["/corolle/a.mpy"] == digest(b"a")
    assert KEYS not in told["files"]
