"""Who looks on at the street: a person at a terminal, a file or a pipe, a program that reads JSON."""

import json
import time
from collections.abc import Callable
from typing import Protocol, TextIO

from rich.console import Console
from rich.live import Live

from corolle_tools.street.ledger import Ledger, Record
from corolle_tools.street.marks import marks_for
from corolle_tools.street.view import Facts, frame, whole_height

_BLOCK_S = 10  # between two blocks of plain text

FactsNow = Callable[[], Facts]


class Spectator(Protocol):
    """Looks on from `open` to `close`."""

    def open(self) -> None:
        """The street begins."""
        ...

    def record(self, record: Record) -> None:
        """Something has happened; the ledger knows it already."""
        ...

    def moment(self) -> None:
        """A moment of real time has gone by."""
        ...

    def close(self, summary: Record) -> None:
        """The street has ended."""
        ...


class JsonLines:
    """One JSON object a line, the summary last."""

    def __init__(self, out: TextIO):
        self._out = out

    def open(self) -> None:
        """Nothing to say before something happens."""

    def record(self, record: Record) -> None:
        """Print it."""
        print(json.dumps(record, ensure_ascii=False), file=self._out, flush=True)

    def moment(self) -> None:
        """Time alone is nothing to print."""

    def close(self, summary: Record) -> None:
        """Print the summary."""
        self.record(summary)


class LiveView:
    """A frame that fills the terminal and is drawn again as the street goes on."""

    def __init__(self, console: Console, ledger: Ledger, facts: FactsNow):
        self._console, self._ledger, self._facts = console, ledger, facts
        self._marks = marks_for(console.encoding)
        self._live = Live(console=console, screen=True, auto_refresh=False)

    def open(self) -> None:
        """Take the terminal."""
        self._live.start()

    def record(self, record: Record) -> None:
        """Shown at the next moment."""

    def moment(self) -> None:
        """Draw."""
        width, height = self._console.size
        self._live.update(frame(self._ledger, self._facts(), self._marks, width, height), refresh=True)

    def close(self, summary: Record) -> None:
        """Give the terminal back, with the last frame and the sum on it."""
        self._live.stop()
        width, height = self._console.size
        self._console.print(frame(self._ledger, self._facts(), self._marks, width, height))
        self._console.print(sentence(summary), highlight=False)


class PlainBlocks:
    """Blocks of plain text at intervals, every unit in each."""

    def __init__(self, console: Console, ledger: Ledger, facts: FactsNow):
        self._console, self._ledger, self._facts = console, ledger, facts
        self._marks = marks_for(console.encoding)
        self._next_s = 0.0

    def open(self) -> None:
        """The first block comes when there is something to show."""
        self._next_s = time.monotonic() + _BLOCK_S

    def record(self, record: Record) -> None:
        """Shown in the next block."""

    def moment(self) -> None:
        """Print a block when its time has come."""
        if time.monotonic() >= self._next_s:
            self._next_s += _BLOCK_S
            self._print()

    def close(self, summary: Record) -> None:
        """Print the last block and the sum."""
        self._print()
        self._console.print(sentence(summary), highlight=False)

    def _print(self) -> None:
        width = self._console.width
        height = whole_height(self._ledger, width)
        self._console.print(frame(self._ledger, self._facts(), self._marks, width, height))
        self._console.print()


def sentence(summary: Record) -> str:
    """The sum of a run in words."""
    uplinks, commands = summary["uplinks"], summary["commands"]
    told = (
        f"{summary['joined']} of {summary['boards']} boards joined",
        f"{uplinks['sent']} uplinks sent, {uplinks['received']} received, {uplinks['published']} published",
        f"by Bluetooth: {_counts(summary['ble'])}",
        f"lost: {_counts(summary['lost'])}",
        "commands: " + ", ".join(f"{count} {end}" for end, count in commands.items()),
        f"rejected: {_counts(summary['rejected'])}",
    )
    return "; ".join(told) + "."


def _counts(counts: dict[str, int]) -> str:
    return (
        ", ".join(f"{count} {cause.replace('_', ' ')}" for cause, count in counts.items() if count) or "none"
    )
