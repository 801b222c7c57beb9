"""The bench's plugin: what was measured is told wherever it is looked for, also when a test fails."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import pytest

_CONFTEST = """
import pytest

@pytest.fixture(scope="session")
def maker():
    return None  # nothing is started here
"""
_TESTS = """
import pytest
from corolle_hil.bench.figures import Plot

def test_good(rig, measured):
    measured.plot(Plot("A <line>", "s", "W", {"lamp & co": [(0, 1), (1, 2)]}))
    measured.note("who", "lamp <1>")
    measured("power", 1.5, "W", at_least=1, at_most=2)

def test_bad(lamp, measured):
    measured("latency", 250, "ms", at_most=200)

@pytest.mark.needs("meter")
def test_lacking(canopy, measured):
    raise AssertionError("not to be run")
"""


@dataclass(frozen=True)
class _Ran:
    code: int
    told: str
    page: str
    properties: dict[str, dict[str, str]]


def _pytest(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "corolle_hil.bench.plugin", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, *words, "."], cwd=folder, capture_output=True, text=True, check=False, timeout=100
    )


@pytest.fixture(scope="module", params=[(), ("--numprocesses", "2")], ids=["alone", "workers"])
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> _Ran:
    """Three tests, run in this way."""
    folder = tmp_path_factory.mktemp("bench")
    (folder / "conftest.py").write_text(_CONFTEST)
    (folder / "test_bench.py").write_text(_TESTS)
    done = _pytest(folder, "--bench-report", "page.html", "--junitxml", "junit.xml", *request.param)
    cases = ElementTree.parse(folder / "junit.xml").iter("testcase")
    properties = {
        case.attrib["name"]: {each.attrib["name"]: each.attrib["value"] for each in case.iter("property")}
        for case in cases
    }
    return _Ran(done.returncode, done.stdout, (folder / "page.html").read_text(), properties)


def test_a_figure_outside_its_limits_fails_its_test(ran: _Ran):
    assert ran.code == 1
    assert "latency is 250 ms: legal is at most 200 ms" in ran.told
    assert "1 failed, 1 passed, 1 skipped" in ran.told


def test_the_terminal_has_each_figure_and_the_reason_to_skip(ran: _Ran):
    assert "test_good: passed" in ran.told and "power: 1.5 W (1 to 2 W)" in ran.told
    assert "who: lamp <1>" in ran.told
    assert "latency: 250 ms (at most 200 ms)" in ran.told
    assert "a simulated canopy lacks a meter of the power it draws" in ran.told


def test_junit_has_the_figures_as_properties(ran: _Ran):
    assert ran.properties["test_good"] == {"who": "lamp <1>", "power": "1.5 W (1 to 2 W)"}
    assert ran.properties["test_bad"] == {"latency": "250 ms (at most 200 ms)"}


def test_the_page_stands_alone_with_its_plots(ran: _Ran):
    assert ran.page.count("<svg") == ran.page.count("</svg>") == 1
    assert "<?xml" not in ran.page and "lamp &lt;1&gt;" in ran.page
    assert 'class="n failed">250 ms' in ran.page and 'class="n passed">1.5 W' in ran.page
    references = [line for line in ran.page.splitlines() if 'src="' in line or '"http' in line]
    assert not [line for line in references if "xmlns" not in line]


def test_the_page_can_be_read_by_night_and_on_a_telephone(ran: _Ran):
    assert "color-scheme: light dark" in ran.page and "prefers-color-scheme: dark" in ran.page
    assert '<meta name="viewport"' in ran.page


_RIG = '[units.lamp-01]\nkind = "lamp"\nboard = "lamp-s3"\nport = "no-such-port"\n'
_ON_IT = """
def test_limit(rig, request):
    assert request.node.get_closest_marker("timeout").args[0] > 3600

def test_lamp(lamp):
    raise AssertionError("not to be run")
"""


def test_a_real_rig_has_time_and_tells_in_a_sentence_what_is_not_there(tmp_path: Path):
    (tmp_path / "test_one.py").write_text(_ON_IT)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntimeout = 60\n")
    (tmp_path / "rig.toml").write_text(_RIG)
    (tmp_path / "boards" / "lamp-s3").mkdir(parents=True)
    (tmp_path / "boards" / "lamp-s3" / "board.toml").write_text('unit = "lamp"\n')
    done = _pytest(tmp_path, "--rig", "rig.toml")
    assert "1 passed, 1 error" in done.stdout, done.stdout + done.stderr
    told = "rig rig, lamp-01: no-such-port is not there; USB devices with a serial port: "
    _, _, errors = done.stdout.partition(" ERRORS ")
    assert errors.partition(" measured ")[0].count(told) == 1, "told once"
    assert ".py:" not in done.stdout.replace("test_one.py::", ""), "a traceback"


_FAILS_AFTERWARDS = """
import pytest

@pytest.fixture
def wire():
    yield
    raise OSError("the wire is stuck")

def test_it(rig, measured, wire):
    measured("power", 1.5, "W")
"""


def test_what_fails_after_a_test_is_told_apart_from_it(tmp_path: Path):
    (tmp_path / "conftest.py").write_text(_CONFTEST)
    (tmp_path / "test_one.py").write_text(_FAILS_AFTERWARDS)
    told = _pytest(tmp_path).stdout.partition(" measured ")[2]
    assert told.count("power: 1.5 W") == 1
    assert "test_it: passed" in told and "test_it-afterwards: failed" in told and "the wire is stuck" in told


def test_a_rig_that_is_not_there_and_a_need_that_nobody_knows_are_refused(tmp_path: Path):
    (tmp_path / "test_one.py").write_text(
        'import pytest\n\n@pytest.mark.needs("magic")\ndef test_one(lamp):\n    pass\n'
    )
    (tmp_path / "conftest.py").write_text(_CONFTEST)
    done = _pytest(tmp_path, "--rig", "no-such-rig.toml")
    assert done.returncode == 4 and "no-such-rig.toml" in done.stderr
    done = _pytest(tmp_path)
    assert done.returncode == 1 and "needs magic: there are files, power" in done.stdout
