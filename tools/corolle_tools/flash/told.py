"""What a technician sees of a flash: bars while it runs, a sentence at the end."""

from collections.abc import Iterable
from functools import partial
from threading import Lock
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from corolle_tools.flash.errors import FlashError
from corolle_tools.flash.flashing import Outcome
from corolle_tools.flash.flashing import Progress as Told
from corolle_tools.flash.tray import Place, is_good


class Bars:
    """A bar a step, on the error output; call it with the step and how much of it is done, 0 to 1.

    On what is no terminal only the last state of each is printed.
    """

    def __init__(self, quiet: bool = False):
        columns = TextColumn("{task.description:12}"), BarColumn(), TextColumn("{task.percentage:3.0f} %")
        # Standard output and error are let alone: mpremote's words are kept from there meanwhile.
        self._progress = Progress(
            *columns,
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=quiet,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._bars: dict[str, TaskID] = {}
        self._lock = Lock()

    def __enter__(self) -> "Bars":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars:
            self._progress.stop()

    def of(self, port: str) -> Told:
        """The bars of one board among others."""
        return partial(self._move, f"{port} ")

    def __call__(self, step: str, share: float) -> None:
        self._move("", step, share)

    def _move(self, whose: str, step: str, share: float) -> None:
        step = whose + step
        with self._lock:
            if not self._bars:
                self._progress.start()
            if step not in self._bars:
                self._bars[step] = self._progress.add_task(step, total=1.0)
            self._progress.update(self._bars[step], completed=share)


def sentence(outcome: Outcome) -> str:
    """The verdict."""
    word = "good" if outcome.verdict.is_good else "bad"
    files = f"{outcome.written} files written ({outcome.written_bytes / 1024:.0f} KB)"
    notes = "".join(f"\n  note: {note}" for note in outcome.notes)
    who = f"{outcome.unit} on chip {outcome.chip} at {outcome.port}"
    return f"{word}: {who}: {files}, {outcome.unchanged} unchanged; {outcome.verdict}{notes}"


def as_record(outcome: Outcome) -> dict[str, Any]:
    """The same for programs."""
    verdict = outcome.verdict
    return {
        "port": outcome.port,
        "unit": outcome.unit,
        "chip": outcome.chip,
        "good": verdict.is_good,
        "written": outcome.written,
        "written_bytes": outcome.written_bytes,
        "unchanged": outcome.unchanged,
        "boot": verdict.boot.get("cause"),
        "safe_mode": bool(verdict.boot.get("safe_mode")),
        "self_test": verdict.self_test,
        "errors": verdict.errors,
        "notes": outcome.notes,
    }


def tray_record(place: Place, end: Outcome | FlashError) -> dict[str, Any]:
    """One board of a tray, for programs."""
    if isinstance(end, Outcome):
        return as_record(end)
    unit = place.unit.name if place.unit else None
    return {"port": place.port, "unit": unit, "chip": place.chip, "good": False, "errors": [str(end)]}


def print_table(ends: Iterable[tuple[Place, Outcome | FlashError]]) -> None:
    """A tray, a board a row."""
    table = Table("port", "chip", "unit", "", "verdict")
    for place, end in ends:
        said = str(end.verdict if isinstance(end, Outcome) else end)
        unit = place.unit.name if place.unit else "-"
        table.add_row(place.port, place.chip, unit, "good" if is_good(end) else "bad", said)
    Console().print(table)
