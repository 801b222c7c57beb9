"""What is shown of a unit, part after part as it comes: for people, and for machines."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from corolle_tools.ble import tables
from corolle_tools.ble.central import Identity
from corolle_tools.ble.printable import printable
from corolle_tools.ble.readings import Reading

_CLOCK_OFF_S = 30
_NOT_FITTED = "=not fitted"


class Page:
    """Lines in a terminal."""

    def __init__(self):
        self._console = Console(highlight=False, markup=False)

    def identity(self, name: str, unit: Identity) -> None:
        """Who it is."""
        self._console.print(
            printable(f"{name}: {unit.kind}, DevEUI {unit.dev_eui}, firmware {unit.firmware}"), style="bold"
        )

    def reading(self, reading: Reading) -> None:
        """What it does, why, what is wrong, what it measures."""
        self._console.print(f"{reading.output}, because: {reading.reason}")
        faults = ", ".join(reading.faults)
        self._console.print(f"faults: {faults}" if faults else "no faults", style="red" if faults else "")
        self._table(reading.lines())

    def clock(self, now_s: int) -> None:
        """What time it takes it to be."""
        if not now_s:
            self._console.print("clock: it does not know the time", style="red")
            return
        off = _apart(now_s - round(time.time()))
        self._console.print(f"clock: {datetime.fromtimestamp(now_s, UTC):%Y-%m-%d %H:%M:%S} UTC{off}")

    def test(self, findings: str) -> None:
        """What it finds of itself, a part a line."""
        self._console.print("its own test:")
        self._table([(*_finding(line), "") for line in findings.splitlines()])

    def verdict(self, found: str) -> None:
        """What the last test of its parts has found; its first line, of all together, is in its own test."""
        self._console.print("its parts, when it tested them last:")
        fitted = [line for line in found.splitlines()[1:] if not line.endswith(_NOT_FITTED)]
        self._table([(*_finding(line), "") for line in fitted])

    def settings(self, kind: str, values: dict[str, int]) -> None:
        """What somebody has set."""
        changed = _changed(kind, values)
        self._console.print(
            "settings not at their default:" if changed else "all settings are at their default"
        )
        self._table(
            [
                (row.name, f"{value} {row.unit}".rstrip(), f"default {row.default}: {row.meaning}")
                for row, value in changed
            ]
        )

    def _table(self, lines: list[tuple[str, str, str]]) -> None:
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2))
        for line in lines:
            table.add_row("", *line)
        if lines:
            self._console.print(table)


class JsonPage(Page):
    """One JSON object a line."""

    def identity(self, name: str, unit: Identity) -> None:
        """Who it is."""
        _tell("identity", unit=name, kind=unit.kind, dev_eui=unit.dev_eui, firmware=unit.firmware)

    def reading(self, reading: Reading) -> None:
        """The whole report."""
        _tell("report", **reading.record())

    def clock(self, now_s: int) -> None:
        """Unix time, null when it is not known."""
        _tell("clock", time_s=now_s or None)

    def test(self, findings: str) -> None:
        """Findings by part."""
        _tell("self-test", found=dict(_finding(line) for line in findings.splitlines()))

    def verdict(self, found: str) -> None:
        """What was found, by part."""
        _tell("verdict", found=dict(_finding(line) for line in found.splitlines()))

    def settings(self, kind: str, values: dict[str, int]) -> None:
        """Those not at their default, by name."""
        changed = {row.name: value for row, value in _changed(kind, values)}
        _tell("settings", changed=changed, hash=tables.hash_of(kind, values))


def _apart(off_s: int) -> str:
    """How far a unit's clock is from this machine's, "" when that is little."""
    if abs(off_s) <= _CLOCK_OFF_S:
        return ""
    return f", {timedelta(seconds=abs(off_s))} {'ahead of' if off_s > 0 else 'behind'} this machine's"


def _finding(line: str) -> tuple[str, str]:
    part, _, found = printable(line).partition("=")
    return part, found


def _changed(kind: str, values: dict[str, int]) -> list[tuple[tables.Row, int]]:
    known = tables.known(kind)
    return [
        (known[name], value)
        for name, value in values.items()
        if name in known and known[name].default != value
    ]


def _tell(sort: str, **fields: Any) -> None:
    print(json.dumps({"type": sort, **fields}), flush=True)
