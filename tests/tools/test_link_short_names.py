"""Names that a node pays for are short, and every one still means what it meant."""

import re

import pytest
from corolle_tools.firmware import FIRMWARE, board_definition, program_files
from corolle_tools.link.short_names import shorten

_PARENT = """
class Pir:
    def __init__(self, pin):
        self._pin = pin
        self._edge(pin)
"""
_CHILD = """
from corolle.drivers.pir import Pir

_LIMIT = const(3)

class Radar(Pir):
    def __init__(self, uart, pin):
        super().__init__(pin)
        self._uart = uart
        self._report = f"{self._pin} of {self._uart}"
        for _ in range(_LIMIT):
            self._g = 1
"""


def _read(module: str) -> str:
    assert module == "corolle.drivers.pir"
    return _PARENT


def test_a_modules_own_names_are_as_short_as_can_be():
    assert shorten(_PARENT, _read).count("self._b = pin") == 1


def test_a_class_that_inherits_keeps_its_parents_names_and_takes_none_of_them():
    parent = re.findall(r"self\.(_\w+)", shorten(_PARENT, _read))
    child = shorten(_CHILD, _read)
    own = re.findall(r"self\.(_\w+) =", child)
    assert not set(own) & set(parent)
    assert f'f"{{self.{parent[0]}}} of {{self.{own[0]}}}"' in child


def test_constants_throwaways_dunders_and_lines_stay():
    child = shorten(_CHILD, _read)
    assert "_LIMIT = const(3)" in child and "for _ in" in child and "super().__init__(pin)" in child
    assert len(child.splitlines()) == len(_CHILD.splitlines())


def test_texts_stay_as_they_are():
    source = 'self._vwc = {f"soil{number}_vwc": 1, "_vwc": 2}; self._other = "a _other"'
    assert shorten(source, _read) == source


def test_a_short_name_that_was_there_already_clashes_with_nothing():
    names = re.findall(r"self\.(_\w+) =", shorten(_CHILD, _read))
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("path", sorted((FIRMWARE / "corolle").rglob("*.py")), ids=lambda path: path.name)
def test_no_module_reaches_into_another(path):
    """What would break: a name with an underscore that is imported, or an attribute of another module's."""
    source = re.sub(r'""".*?"""', "", path.read_text(), flags=re.DOTALL)
    assert not re.findall(r"^from .* import .*\b_[a-z]", source, re.MULTILINE)
    own = set(re.findall(r"self\.(_\w+)", source)) | set(re.findall(r"def (_\w+)", source))
    assert set(re.findall(r"(?<!self)\.(_[a-z]\w*)", source)) <= own


def test_the_firmware_on_a_node_says_less():
    private = re.compile(rb"\b_[a-z]{4,}")
    files = program_files(board_definition("lamp-s3"))
    assert not [path for path, content in files.items() if private.search(content)]
