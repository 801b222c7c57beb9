"""`corolle bench flash-cuts`: minutes that are seen to pass, and an end that says what became of the cuts."""

import json
from collections.abc import Callable

import pytest
from corolle_tools.app import app
from corolle_tools.bench import flash_cuts
from corolle_tools.bench.flash_cuts import Toll
from corolle_tools.bench.progress import Tell
from typer.testing import CliRunner


def _measure(toll: Toll) -> Callable[..., Toll]:
    def measure(cuts: int, seed: int, tell: Tell) -> Toll:
        for toll.cuts in range(1, cuts + 1):
            tell("cuts", toll.cuts, cuts)
        return toll

    return measure


@pytest.mark.parametrize(("lost", "code"), [(0, 0), (1, 1)])
def test_an_identity_that_is_lost_is_a_failure(lost: int, code: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(flash_cuts, "measure", _measure(Toll(recovered=3, identity_lost=lost)))
    ran = CliRunner().invoke(app, ["bench", "flash-cuts", "--cuts", "3", "--json"])
    assert ran.exit_code == code and not ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert (told["cuts"], told["recovered"], told["identity_lost"]) == (3, 3, lost)


def test_cuts_are_counted_on_a_terminal(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(flash_cuts, "measure", _measure(Toll(recovered=3)))
    monkeypatch.setenv("FORCE_COLOR", "1")
    ran = CliRunner().invoke(app, ["bench", "flash-cuts", "--cuts", "3"])
    assert "cuts" in ran.stderr and "100%" in ran.stderr
