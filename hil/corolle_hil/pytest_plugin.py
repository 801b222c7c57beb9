"""pytest for firmware: each test function is an item, run in a fresh genuine MicroPython.

Files below the folders named by the ini option `micropython` are collected here instead of by
CPython, those below `micropython_too` by both. `test_host_*.py` stay CPython's. Tests are plain or
async functions with asserts; they run on a bare simulated board in virtual time.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from corolle_hil.board import Board
from corolle_hil.forkserver import ForkServer
from corolle_hil.mpy import shims_folder
from corolle_hil.scheduler import Scheduler

_HEAP_BYTES = 4 * 1024 * 1024  # tests are compiled on the board; memory has tests of its own
_FOREVER_US = 366 * 86_400_000_000
_FORKS = pytest.StashKey[ForkServer]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini options."""
    parser.addini("micropython", "folders whose tests run on MicroPython", type="paths", default=[])
    parser.addini(
        "micropython_too", "folders whose tests run on MicroPython as well", type="paths", default=[]
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "MicroPythonFile | None":
    """Collect a file that both interpreters run."""
    if _is_firmware(file_path, parent.config, "micropython_too"):
        return MicroPythonFile.from_parent(parent, path=file_path)
    return None


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> "MicroPythonFile | None":
    """Take a file over that only MicroPython runs."""
    if _is_firmware(module_path, parent.config, "micropython") and not _is_firmware(
        module_path, parent.config, "micropython_too"
    ):
        return MicroPythonFile.from_parent(parent, path=module_path)
    return None


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the interpreters' server."""
    if _FORKS in config.stash:
        config.stash[_FORKS].close()


def _is_firmware(path: Path, config: pytest.Config, option: str) -> bool:
    ours = path.name.startswith("test_") and not path.name.startswith("test_host_") and path.suffix == ".py"
    return ours and any(path.is_relative_to(folder) for folder in config.getini(option))


class MicroPythonFile(pytest.File):
    """A file of test functions."""

    def collect(self) -> Iterator["MicroPythonItem"]:
        """Find them in the source, without running it."""
        for node in ast.parse(self.path.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield MicroPythonItem.from_parent(self, name=f"{node.name}[micropython]", line=node.lineno)


class MicroPythonItem(pytest.Item):
    """One test function."""

    def __init__(self, *, line: int, **kwargs):
        super().__init__(**kwargs)
        self._line = line

    def runtest(self) -> None:
        """Run it on a board of its own, until its interpreter ends."""
        function = self.name.removesuffix("[micropython]")
        firmware = self.config.rootpath / "firmware"
        console = run_script(self._forks(), "test", f"{self.path}\n{function}\n{firmware}", self._folder())
        if console[-1:] != ["passed"]:
            raise MicroPythonFailure("\n".join(console) or "the interpreter ended without a word")
        for line in console[:-1]:
            print(line)

    def _folder(self) -> Path:
        return self.config._tmp_path_factory.mktemp("board")  # type: ignore[attr-defined]

    def _forks(self) -> ForkServer:
        stash = self.config.stash
        if _FORKS not in stash:
            stash[_FORKS] = ForkServer(shims_folder())
        return stash[_FORKS]

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style=None):
        """MicroPython's own traceback says it best."""
        if isinstance(excinfo.value, MicroPythonFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the function is."""
        return self.path, self._line - 1, self.name


class MicroPythonFailure(Exception):
    """What the interpreter printed."""


def run_script(forks: ForkServer, script: str, argument: str, folder: Path) -> list[str]:
    """Run one of scripts/ on a bare board in virtual time until it ends; returns what it printed."""
    scheduler = Scheduler()
    console: list[str] = []
    board = Board(
        scheduler, forks, folder, heap_bytes=_HEAP_BYTES, unique_id=bytes(6), on_console=console.append
    )
    board.power_on(script, argument)
    scheduler.run(_FOREVER_US)
    if board.hangs:
        console.append("the interpreter computed without end")
    board.close()
    return console
