"""pytest for the bench: a rig as a fixture; what tests measured, in the terminal, in JUnit and on a page.

A test takes `lamp` or `canopy`, and is marked with what else it needs: `@pytest.mark.needs("meter")`. On a
rig that lacks it the test is skipped, and the reason says what would have to be added.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corolle_hil.bench.figures import Measured
from corolle_hil.bench.rig import ABILITIES, Dut, Rig
from corolle_hil.bench.told import Told

_MEASURED = pytest.StashKey[Measured]()
_VIRTUAL = "virtual"


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
        from corolle_hil.bench.description import WrongRig, read

        try:
            read(Path(named))
        except (WrongRig, OSError) as error:
            raise pytest.UsageError(str(error)) from None


@pytest.fixture(scope="session")
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """The rig that --rig names. What a simulated unit is made of comes from the fixture `maker`."""
    named = str(request.config.getoption("rig"))
    if named == _VIRTUAL:
        from corolle_hil.bench.virtual.rig import VirtualRig

        made: Rig = VirtualRig(request.getfixturevalue("maker"))
    else:
        from corolle_hil.bench.description import read
        from corolle_hil.bench.real.rig import RealRig

        made = RealRig(read(Path(named)))
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
    dut = rig.dut(kind, needs)
    try:
        yield dut
    finally:
        dut.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Let what was measured travel with the test's report, from whatever process it ran in."""
    report = yield
    if "rig" in getattr(item, "fixturenames", ()) and (report.when == "call" or not report.passed):
        measured = item.stash.get(_MEASURED, None) or Measured(lambda *_: None)
        report.bench = measured.as_plain()
    return report
