"""What came of the tests that ran on a rig: told in the terminal, and on a page if one is wanted."""

from dataclasses import dataclass, field

import pytest

from corolle_hil.bench.figures import Figure, Plot, from_plain


@dataclass(frozen=True)
class Outcome:
    """One test: passed, failed or skipped; `why` is the failure or the reason to skip."""

    name: str
    outcome: str
    seconds: float
    why: str = ""
    figures: list[Figure] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)


class Told:
    """Collects outcomes where reports arrive: in the one process, or in that which gave them to workers."""

    def __init__(self, config: pytest.Config):
        self._config = config
        self._outcomes: list[Outcome] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what ran on a rig."""
        plain = getattr(report, "bench", None)
        if plain is not None:
            figures, plots = from_plain(plain)
            name = report.nodeid.rpartition("::")[2]
            why = "" if report.passed else _why(report)
            self._outcomes.append(Outcome(name, report.outcome, report.duration, why, figures, plots))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what each test measured, and write the page: also when tests have failed."""
        if not self._outcomes:
            return
        rig = str(self._config.getoption("rig"))
        terminalreporter.section(f"measured on the rig {rig}")
        for outcome in self._outcomes:
            terminalreporter.write_line(f"{outcome.name}: {outcome.outcome}, {outcome.seconds:.1f} s")
            lines = [str(figure) for figure in outcome.figures] or ([outcome.why] if outcome.why else [])
            for line in lines:
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
