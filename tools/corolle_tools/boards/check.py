"""All checks of a board."""

from corolle_tools.boards.checks.buses import buses
from corolle_tools.boards.checks.calibration import calibration
from corolle_tools.boards.checks.entries import entries
from corolle_tools.boards.checks.head import head, memories
from corolle_tools.boards.checks.pins import pins
from corolle_tools.boards.checks.safe import safe
from corolle_tools.boards.checks.timers import timers
from corolle_tools.boards.definition import Definition
from corolle_tools.boards.finding import Finding

_CHECKS = (memories, entries, pins, buses, safe, timers, calibration)


def check(board: Definition) -> list[Finding]:
    """What is wrong with a board, and what is to be known of it, in the order of its file's subjects."""
    findings = list(head(board))
    if findings:
        return findings  # nobody can say what a pin of an unknown chip can do
    if board.module.mcu != board.raw["mcu"]:
        return list(memories(board))
    return [finding for inspect in _CHECKS for finding in inspect(board)]


def refused(findings: list[Finding]) -> list[Finding]:
    """Those for which a board is refused."""
    return [finding for finding in findings if not finding.note]
