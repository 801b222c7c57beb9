"""A board that loses its identity's files is who it was; one that is provisioned anew is somebody else."""

import json
from typing import Any

import pytest
from corolle_tools.firmware import FIRMWARE

_MODULES = ("system/identity", "system/store", "wire/compat", "__init__", "system/__init__", "wire/__init__")
_UNIT = json.dumps({"name": "lamp-01", "dev_eui": "02c0ffee00000001"})
_KEYS = json.dumps({"app_key": "ab" * 16})
_MAIN = """
from corolle.system.identity import read
from corolle.system.store import Store

store = Store()
if store.load("lorawan") is None:
    store.save("lorawan", b"a session")
facts, keys = read(store, lambda event, **told: print(event, sorted(told)))
print("IS", facts.get("dev_eui"), keys.get("app_key"), store.restored, store.load("lorawan"))
"""
# The node is put together and copies what it is; before the next boot its keys are gone.
_LOSES_KEYS = b"""
import os
import machine
from corolle import start

if "seen" not in os.listdir("/"):
    start.assemble()
    open("/seen", "w").close()
    os.remove("/keys.json")
    machine.reset()
start.run()
"""


class _Board:
    """A board with its identity on flash, power cycled with other files each time."""

    def __init__(self, bench: Any):
        program = {f"corolle/{name}.py": (FIRMWARE / f"corolle/{name}.py").read_text() for name in _MODULES}
        self._bench = bench(_MAIN, **program)

    def boot(self, **files: str) -> list[str]:
        """What it says; files by name, `unit` and `keys`."""
        self._bench.program(_MAIN, **{f"{name}.json": text for name, text in files.items()})
        self._bench.board.power_on()
        said = self._bench.run(2)
        self._bench.board.power_off()
        return said


@pytest.fixture
def board(bench: Any) -> _Board:
    return _Board(bench)


def _is(said: list[str]) -> str:
    (line,) = [line for line in said if line.startswith("IS")]
    return line


def _of(eui: str, key: str, restored: int) -> str:
    return f"IS {eui} {key} {restored} b'a session'"


_WHOLE = _of("02c0ffee00000001", "ab" * 16, 0)


@pytest.mark.parametrize("garbled", ["", "{", "null", "[1]", '{"name": "lamp-01"}'])
def test_a_file_that_is_garbled_comes_back_from_its_copy(board: _Board, garbled: str):
    assert _is(board.boot(unit=_UNIT, keys=_KEYS)) == _WHOLE
    said = board.boot(unit=garbled, keys=garbled)
    assert _is(said) == _of("02c0ffee00000001", "ab" * 16, 2)
    assert _is(board.boot()) == _WHOLE  # the files are whole again


def test_without_file_and_copy_nobody_is_made_up(board: _Board):
    said = board.boot(unit="{")
    assert _is(said) == "IS None None 0 b'a session'" and "file ['error', 'level', 'path']" in said


def test_what_provisioning_writes_rules_and_ends_the_session_of_another_key(board: _Board):
    board.boot(unit=_UNIT, keys=_KEYS)
    assert _is(board.boot(keys=json.dumps({"app_key": "ab" * 16, "group_key": "cd" * 16}))) == _WHOLE
    other = json.dumps({"app_key": "ef" * 16})
    assert _is(board.boot(keys=other)) == f"IS 02c0ffee00000001 {'ef' * 16} 0 b''"
    assert _is(board.boot(keys="")) == f"IS 02c0ffee00000001 {'ef' * 16} 1 b''"


def test_a_whole_lamp_that_loses_its_keys_joins_with_their_copy(live: Any):
    life = live("lamp", {"/main.py": _LOSES_KEYS})
    life.run(20)
    assert life.said(event="file", path="/keys.json", level="warn")
    assert life.said(event="join_request") and life.unit.board.resets == {1: 1, 2: 1}
