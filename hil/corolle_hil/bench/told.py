"""What came of the tests that ran on a rig: told in the terminal, and on a page if one is wanted."""

from dataclasses import dataclass

import pytest

from corolle_hil.bench.figures import Measured


@dataclass(frozen=True)
class Outcome:
    """One test: passed, failed or skipped; `why` is the failure or the reason to skip."""

    name: str
    outcome: str
    seconds: float
    why: str
    measured: Measured

    def lines(self) -> list[str]:
        """What it tells, in words."""
        told = [*map(str, self.measured.figures), *(": ".join(note) for note in self.measured.notes)]
        return told + ([self.why] if self.why else [])


class Told:
    """Collects outcomes where reports arrive: in the one process, or in that which gave them to workers."""

    def __init__(self, config: pytest.Config):
        self._config = config
        self._outcomes: list[Outcome] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what ran on a rig."""
        plain = getattr(report, "bench", None)
        if plain is not None:
            name = report.nodeid.rpartition("::")[2] + ("" if report.when != "teardown" else "-afterwards")
            measured = Measured.from_plain(plain)
            why = "" if report.passed else _why(report)
            self._outcomes.append(Outcome(name, report.outcome, report.duration, why, measured))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what each test measured, and write the page: also when tests have failed."""
        if not self._outcomes:
            return
        rig = str(self._config.getoption("rig"))
        terminalreporter.section(f"measured on the rig {rig}")
        for outcome in self._outcomes:
            terminalreporter.write_line(f"{outcome.name}: {outcome.outcome}, {outcome.seconds:.1f} s")
            for line in outcome.lines():
                terminalreporter.write_line(f"    {line}")
        path = self._config.getoption("bench_report")
        if path:
            # matplotlib takes half a second to import: only who wants a page waits for it.
            from corolle_hil.bench.page import page

            path.write_text(page(rig, self._outcomes))
            terminalreporter.write_line(f"report: {path}")


def _why(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):  # of a skipped test: file, line, reason
        return report.longrepr[2]
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash.message if crash else str(report.longrepr)
