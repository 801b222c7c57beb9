"""A linked program does what its modules did: tried by running both on genuine MicroPython."""

import ast
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from corolle_tools.firmware import board_definition, board_names, program_files, whole_program
from corolle_tools.link.linker import Linked, link
from corolle_tools.link.members import members
from corolle_tools.link.program import LinkError, Program
from corolle_tools.link.scopes import class_names

MICROPYTHON = Path(sys.executable).parent / "micropython"
BORROWING = """
import sys

class borrowed:
    def __init__(self, *names):
        self.names = names
    def __enter__(self):
        __import__(self.names[0])
        return sys.modules[self.names[0]]
    def __exit__(self, *_):
        for name in self.names:
            if sys.modules.pop(name, None):
                delattr(sys.modules["corolle"], name.split(".")[1])
"""
READING = """
def text(offset):
    with open("texts.txt") as file:
        file.seek(offset)
        return file.readline()[:-1]
"""
HEAD = "from micropython import const\n"


def linked(sources: dict[str, str], *certain: str) -> Linked:
    named = {f"corolle.{name}": HEAD + source for name, source in sources.items()}
    return link(Program(sorted(named), named.__getitem__), "corolle.start", certain)


def run(sources: dict[str, str], folder: Path, texts: str = "") -> str:
    """What the program prints, or the end of its traceback."""
    folder.mkdir(exist_ok=True)
    (folder / "texts.txt").write_text(texts)
    for module, source in sources.items():
        path = folder / f"{module.replace('.', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    (folder / "corolle" / "__init__.py").touch()
    command = [MICROPYTHON, "-c", "import corolle.start"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def both(sources: dict[str, str], tmp_path: Path) -> str:
    """What the modules print as they are, which is what they print when they are linked."""
    plain = run({f"corolle.{name}": HEAD + source for name, source in sources.items()}, tmp_path / "plain")
    made = linked(sources)
    assert run(made.sources, tmp_path / "linked", made.texts) == plain
    return plain


def test_modules_that_are_always_there_become_one(tmp_path):
    sources = {
        "a": "LIMIT = const(3)\n_own = 5\ndef twice(x):\n    return 2 * x + _own",
        "b": "from corolle import a\nfrom corolle.a import twice as double\n_own = 1\n"
        "def both(value):\n    return a.twice(value) + double(a.LIMIT) + _own",
        "start": "from corolle.b import both\nprint(both(4))",
    }
    assert both(sources, tmp_path) == "25\n"
    assert list(linked(sources).sources) == ["corolle.start"]


def test_a_name_means_what_it_meant_in_its_own_scope(tmp_path):
    sources = {
        "a": "size = 1\ncount = 10\ndef read(size):\n    inner = lambda n: n + size + count\n"
        "    return inner(1)",
        "start": """
from corolle.a import read, size as width
count = 0
class Meter:
    size = 7
    def __init__(self, count=count):
        self.count = count
    def more(self):
        global count
        count += 1
        return [size for size in range(count)], self.size, width
    def total(self):
        def add(width):
            return width + self.count
        return add(2) + sum(width * width for width in (1, 2))
meter = Meter(3)
print(meter.more(), meter.more(), meter.total(), read(5), count)
""",
    }
    assert both(sources, tmp_path) == "([0], 7, 1) ([0, 1], 7, 1) 10 16 2\n"


def test_what_is_passed_by_name_keeps_its_name(tmp_path):
    sources = {
        "a": "def sent(port, payload, later=0, **more):\n    return port, payload, later, sorted(more)",
        "start": "from corolle.a import sent\n"
        "print(sent(1, 2, later=3), sent(**{'port': 1, 'payload': 2, 'x': 3}))",
    }
    assert both(sources, tmp_path) == "(1, 2, 3, []) (1, 2, 0, ['x'])\n"


def test_constants_cross_modules_and_leave_nothing_behind(tmp_path):
    sources = {
        "a": "_BIT = const(1 << 4)\nMASK = const(_BIT | 1)\nTEXT = const('words')",
        "late": "from corolle.a import MASK, TEXT\ndef told():\n    return MASK, TEXT",
        "start": "from corolle import a\ndef go():\n    from corolle.late import told\n"
        "    print(told(), a.MASK)\ngo()",
    }
    assert both(sources, tmp_path) == "(17, 'words') 17\n"
    assert all(line.startswith("_") for text in linked(sources).sources.values() for line in _constants(text))


def _constants(text: str) -> list[str]:
    return [line for line in text.splitlines() if "const(" in line]


def test_what_is_borrowed_comes_and_goes_and_is_asked_for_by_its_name(tmp_path):
    sources = {
        "loan": BORROWING,
        "deep": "def depth():\n    return 3",
        "seldom": "from corolle.deep import depth\ndef decide(value):\n    return value + depth()",
        "start": """
import sys
from corolle.loan import borrowed
_BOTH = ("corolle.seldom", "corolle.deep")
before = len(sys.modules)
with borrowed(*_BOTH) as seldom:
    print(seldom.decide(1), len(sys.modules) > before)
print(len(sys.modules) - before)
""",
    }
    assert both(sources, tmp_path) == "4 True\n0\n"
    assert len(linked(sources).sources) == 2


def test_what_was_borrowed_takes_no_memory_in_the_rest_of_a_function(tmp_path):
    sources = {
        "loan": BORROWING,
        "seldom": "TABLE = bytes(60000)\ndef decide():\n    return 3\ndef other():\n    return len(TABLE)",
        "start": """
import gc
from corolle.loan import borrowed
def go():
    gc.collect()
    before = gc.mem_alloc()
    with borrowed("corolle.seldom") as seldom:
        from corolle.seldom import other
        print(seldom.decide(), other(), gc.mem_alloc() - before > 50000)
    gc.collect()
    return gc.mem_alloc() - before
print(go() < 50000)
""",
    }
    made = linked(sources)
    assert run(made.sources, tmp_path / "linked", made.texts) == "3 60000 True\nTrue\n"


def test_what_is_imported_late_stays_late_until_a_board_needs_it_for_sure(tmp_path):
    sources = {
        "chip": "class Chip:\n    def read(self):\n        return 1",
        "start": "def read():\n    from corolle.chip import Chip\n    return Chip().read()\nprint(read())",
    }
    assert both(sources, tmp_path) == "1\n"
    assert len(linked(sources).sources) == 2
    certain = linked(sources, "corolle.chip")
    assert len(certain.sources) == 1
    assert run(certain.sources, tmp_path / "certain") == "1\n"


def test_an_exception_is_called_what_its_author_called_it(tmp_path):
    sources = {
        "errors": "class ChipError(OSError):\n    pass\nclass LostError(ChipError):\n    pass",
        "start": "from corolle.errors import LostError\ntry:\n    raise LostError('x')\n"
        "except OSError as error:\n    print(repr(error))",
    }
    assert both(sources, tmp_path) == "LostError('x',)\n"


def test_members_get_short_names_where_nobody_asks_for_them_by_name(tmp_path):
    sources = {
        "meter": """
_NAMES = ("lowest", "highest")
def _double(x):
    return 2 * x
class Meter:
    scale = _double(2)
    twice = _double(scale)
    def __init__(self, lowest):
        self.lowest = lowest
        self.highest = 9
        self.readings = []
    def take_reading(self, value=twice):
        self.readings.append(value)
        return self
    @property
    def mean(self):
        return sum(self.readings) / len(self.readings)
    @mean.setter
    def mean(self, value):
        self.readings = [value]
""",
        "start": """
import gc
from corolle.meter import Meter
class Wide(Meter):
    def take_reading(self, value):
        return super().take_reading(value * self.scale)
meter = Wide(lowest=3).take_reading(1)
print(meter.mean, meter.twice, [getattr(meter, name) for name in ("lowest", "highest")])
meter.mean = 5
meter.collect = gc.collect
print(meter.readings, meter.collect() >= 0)
""",
    }
    assert both(sources, tmp_path) == "4.0 8 [3, 9]\n[5] True\n"
    text = "".join(linked(sources).sources.values())
    assert [name for name in ("take_reading", "readings", "scale", "mean") if name in text] == []
    assert all(name in text for name in ("lowest", "highest", "collect", "append"))


def test_no_short_member_is_one_that_an_object_of_micropythons_has():
    program = whole_program()
    ours = members(program, set())
    assert {"read_register", "opened_at_pulses"} <= ours
    theirs = {name for path in _stubs(program) for name in _class_members(ast.parse(path.read_text()))}
    assert {"irq", "readfrom_mem_into", "encrypt", "is_set"} <= theirs
    assert sorted(ours & theirs) == []


def _stubs(program: Program) -> list[Path]:
    """MicroPython's stubs of the modules that the firmware imports, and of what is built in."""
    root = Path(sysconfig.get_path("purelib"))
    trees = [node for module in program.modules.values() for node in ast.walk(module.tree)]
    names = {alias.name for node in trees if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in trees if isinstance(node, ast.ImportFrom)}
    found = [
        path for name in {*names, "builtins"} for path in (root / f"{name}.pyi", root / f"stdlib/{name}.pyi")
    ]
    packages = [path for name in names if name for path in (root / "stdlib" / name).glob("*.pyi")]
    return [path for path in (*found, *packages) if path.exists()]


def _class_members(tree: ast.Module) -> set[str]:
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return {name for node in classes for name in class_names(node)}


def test_what_errors_say_lies_beside_the_program(tmp_path):
    sources = {
        "wire.texts": READING,
        "start": """
from corolle.chip import check
for value in (3, 40, 500, 6000):
    try:
        check(value)
    except Exception as error:
        print(repr(error))
""",
        "chip": """
def check(value):
    if value == 3:
        raise ValueError("too low")
    if value == 40:
        raise ValueError("too low for anybody")
    if value == 500:
        raise RuntimeError(f"{value:#06x} and {'so'!r} are {{too}} high", "by far too high, é")
    raise OSError(5, f"{value}")
""",
    }
    told = both(sources, tmp_path)
    assert "0x01f4 and 'so' are {too} high" in told
    assert "by far" not in "".join(linked(sources).sources.values())


def test_a_line_tells_its_module_and_its_line_there(tmp_path):
    sources = {
        "a": "# one\n# two\ndef fail(x):\n    y = (x +\n         1)\n    if y:\n        raise ValueError(y)",
        "start": "from corolle.a import fail\n\n\nfail(1)",
    }
    result = linked(sources)
    traceback = run(result.sources, tmp_path)
    where = [
        int(line.split("line ")[1].split(",")[0]) for line in traceback.splitlines() if '"corolle' in line
    ]
    lines = [(result.origins[number // 1000 - 1], number % 1000) for number in where]
    assert lines == [("corolle.start", 5), ("corolle.a", 8)]  # HEAD is the first line of each


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        (
            {"a": "x = 1", "start": "from corolle import a\nprint(a)"},
            "corolle.start line 3: module corolle.a",
        ),
        ({"a": "x = 1", "start": "from corolle import a\nprint(a.y)"}, "corolle.a has no y"),
        (
            {"a": "f = 1", "b": "f = 2", "start": "_BOTH = ('corolle.a', 'corolle.b')"},
            "two of its modules have a public f",
        ),
    ],
)
def test_what_cannot_be_linked_is_refused_by_name(sources, told):
    with pytest.raises(LinkError, match=told):
        linked(sources)


@pytest.mark.parametrize("board", board_names())
def test_every_board_gets_a_program_and_the_list_of_its_origins(board):
    files = program_files(board_definition(board))
    origins = files["/corolle/origins.txt"].decode().split("\n")
    assert {"corolle.start", "corolle.node", "corolle.units.link"} <= set(origins)
    assert len(files) < len(origins)
