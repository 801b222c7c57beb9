"""pytest for the bench: a rig as a fixture; what tests measured, in the terminal, in JUnit and on a page.

A test takes `lamp` or `canopy`, and is marked with what else it needs: `@pytest.mark.needs("meter")`. On a
rig that lacks it the test is skipped, and the reason says what would have to be added.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from corolle_hil.bench.figures import Measured
from corolle_hil.bench.rig import ABILITIES, Dut, Rig, RigTrouble
from corolle_hil.bench.told import Told

if TYPE_CHECKING:
    from corolle_hil.bench.description import Description

_MEASURED = pytest.StashKey[Measured]()
_VIRTUAL = "virtual"
_BOARDS = "boards"  # their folder, below that of the project
_REAL_LONGEST_S = 6 * 3600  # of a thousand resets, with a switch that takes some seconds


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("bench")
    group.addoption("--rig", default=_VIRTUAL, help="the rig: virtual, or a file like hil/rigs/desk.toml")
    group.addoption(
        "--bench-report", type=Path, metavar="FILE", help="write what was measured as one HTML page"
    )
    group.addoption("--resets", type=int, default=1000, metavar="N", help="how often the resets test resets")
    group.addoption("--kills", type=int, default=3, metavar="N", help="how often a flash command is killed")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark; a rig's file is read here, so that a wrong one is refused before any test."""
    config.addinivalue_line("markers", "needs(*abilities): what a rig must have for this test")
    config.pluginmanager.register(Told(config), "corolle-bench-told")
    named = str(config.getoption("rig"))
    if named != _VIRTUAL:
        from corolle_hil.bench.description import WrongRig

        try:
            _read(config)
        except WrongRig as error:
            raise pytest.UsageError(str(error)) from None


def _read(config: pytest.Config) -> "Description":
    from corolle_hil.bench.description import read

    return read(Path(str(config.getoption("rig"))), config.rootpath / _BOARDS)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Real boards take real minutes: what a test waits for has limits of its own, that say for what."""
    if config.getoption("rig") != _VIRTUAL:
        for item in items:
            if _is_on_rig(item):
                item.add_marker(pytest.mark.timeout(_REAL_LONGEST_S))


@pytest.fixture(scope="session")
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """The rig that --rig names. What a simulated unit is made of comes from the fixture `maker`."""
    named = str(request.config.getoption("rig"))
    if named == _VIRTUAL:
        from corolle_hil.bench.virtual.rig import VirtualRig

        made: Rig = VirtualRig(request.getfixturevalue("maker"))
    else:
        from corolle_hil.bench.real.rig import RealRig

        made = RealRig(_read(request.config))
    yield made
    made.close()


@pytest.fixture
def lamp(rig: Rig, request: pytest.FixtureRequest) -> Iterator[Dut]:
    """A lamp under test."""
    yield from _dut(rig, request.node, "lamp")


@pytest.fixture
def canopy(rig: Rig, request: pytest.FixtureRequest) -> Iterator[Dut]:
    """A canopy under test."""
    yield from _dut(rig, request.node, "canopy")


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Note a figure, and hold it against its limits."""
    properties = request.node.user_properties  # which --junitxml writes down
    made = Measured(lambda name, value: properties.append((name, value)))
    request.node.stash[_MEASURED] = made
    return made


def _dut(rig: Rig, node: pytest.Item, kind: str) -> Iterator[Dut]:
    needs = [ability for mark in node.iter_markers("needs") for ability in mark.args]
    if unknown := set(needs) - ABILITIES.keys():
        known = ", ".join(ABILITIES)
        raise pytest.UsageError(f"{node.nodeid} needs {', '.join(sorted(unknown))}: there are {known}")
    for ability in ("", *needs):
        if reason := rig.lacks(kind, ability):
            pytest.skip(reason)
    try:
        dut = rig.dut(kind, needs)
    except RigTrouble as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    yield dut
    try:
        dut.close()
    except RigTrouble as error:
        told = f"not left as it was before the test: {error}"
        raise pytest.fail.Exception(told, pytrace=False) from None


def _is_on_rig(item: pytest.Item) -> bool:
    return "rig" in getattr(item, "fixturenames", ())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Let what was measured travel with the test's report, from whatever process it ran in."""
    report = yield
    if _is_on_rig(item) and (report.when == "call" or not report.passed):
        measured = item.stash.get(_MEASURED, None) if report.when == "call" else None
        report.bench = (measured or Measured(lambda *_: None)).as_plain()
    return report
