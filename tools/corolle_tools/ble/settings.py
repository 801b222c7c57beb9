"""`corolle ble settings`: what a unit can be set to, and setting it."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from corolle_tools.ble import tables
from corolle_tools.ble.desired import Desired
from corolle_tools.ble.faults import Refused, Usage
from corolle_tools.ble.keyring import Keyring
from corolle_tools.ble.options import (
    HCI,
    TRIES,
    WAIT_S,
    Adapter,
    Backend,
    Json,
    Keys,
    State,
    Tries,
    UnitName,
    Wait,
    Way,
    run,
)
from corolle_tools.ble.progress import progress
from corolle_tools.ble.tables import Row
from corolle_tools.ble.visit import visit

_HEADS = "setting", "value", "default", "range", "meaning"
_Words = Annotated[list[str] | None, typer.Argument(metavar="NAME[=VALUE] ...", help="Show or set these.")]


def settings(
    unit: UnitName,
    changes: _Words = None,
    keys: Keys = None,
    state: State = None,
    wait: Wait = WAIT_S,
    tries: Tries = TRIES,
    as_json: Json = False,
    adapter: Adapter = HCI,
    backend: Backend = None,
) -> None:
    """Show a unit's settings, those that are not at their default marked; or change some.

    Nothing is sent when one value is out of range. After a change all are read back: ends with 0 when the
    unit runs what was wanted, with 1 when it does not.
    """
    run(_settings(unit, changes or [], Way(keys, state, wait, tries, adapter, backend), as_json))


async def _settings(name: str, words: list[str], way: Way, as_json: bool) -> None:
    ring = way.keyring()
    asked, wanted = _read(words)
    _check_early(ring, name, asked, wanted)
    with progress(f"settings of {name}") as on_bytes:
        job = Desired(wanted, on_bytes)
        await visit(ring, name, way, job.pursue, lambda unit: tables.check(unit.kind, asked, wanted))
    chosen = [each for each in job.reported if not words or each in asked or each in wanted]
    (_print_json if as_json else _print_table)(job, chosen)
    if not job.agreed:
        wrong = [each for each in job.desired if job.reported.get(each) != job.desired[each]]
        raise Refused(f"{name} took the change and runs otherwise: {', '.join(wrong)}")


def _read(words: list[str]) -> tuple[list[str], dict[str, int]]:
    """Names to be shown, and values to be set."""
    try:
        wanted = tables.parse("\n".join(word for word in words if "=" in word))
    except ValueError as error:
        raise Usage(str(error)) from None
    return [word for word in words if "=" not in word], wanted


def _check_early(ring: Keyring, name: str, asked: list[str], wanted: dict[str, int]) -> None:
    """Of a unit in the keys file its kind is known before it is called."""
    unit = ring.find(name)
    if unit:
        tables.check(unit.kind, asked, wanted)


def _print_table(job: Desired, names: list[str]) -> None:
    known = tables.known(job.kind)
    shown = Table(*_HEADS, box=None, pad_edge=False)
    for name in names:
        row = known.get(name, Row(name, job.reported[name], 0, 0, "", "not known to this version"))
        changed = job.reported[name] != row.default
        value = f"{job.reported[name]} {row.unit}".rstrip()
        if name in job.changes:
            value = f"{job.before[name]} -> {value}"
        legal = row.legal if name in known else ""
        shown.add_row(name, value, str(row.default), legal, row.meaning, style="bold" if changed else "")
    console = Console()
    console.print(shown)
    if job.changes:
        desired, reported = job.hashes
        console.print(
            f"desired {desired:08x}, reported {reported:08x}: {'agreed' if job.agreed else 'NOT agreed'}"
        )


def _print_json(job: Desired, names: list[str]) -> None:
    known = tables.known(job.kind)
    for name in names:
        legal = known[name]._asdict() if name in known else {"name": name}
        print(json.dumps({"type": "setting", "value": job.reported[name], **legal}))
    desired, reported = job.hashes
    print(json.dumps({"type": "hash", "desired": desired, "reported": reported, "agreed": job.agreed}))
