"""`corolle ble log`: a unit's last lines, and the traceback of its last crash."""

import typer

from corolle_tools.ble.central import Identity, Link
from corolle_tools.ble.options import (
    HCI,
    TRIES,
    WAIT_S,
    Adapter,
    Backend,
    Keys,
    State,
    Tries,
    UnitName,
    Wait,
    Way,
    run,
)
from corolle_tools.ble.pages import PagedText
from corolle_tools.ble.printable import printable
from corolle_tools.ble.progress import progress
from corolle_tools.ble.visit import visit


def log(
    unit: UnitName,
    keys: Keys = None,
    state: State = None,
    wait: Wait = WAIT_S,
    tries: Tries = TRIES,
    crash: bool = typer.Option(True, "--crash/--no-crash", help="Ask for the last crash too."),
    adapter: Adapter = HCI,
    backend: Backend = None,
) -> None:
    """Print the log that a unit keeps, oldest line first, then the traceback of its last crash, if any.

    Lines are logfmt, their times UTC: t=... level=... event=... and the event's fields in name order.
    """
    run(_log(unit, Way(keys, state, wait, tries, adapter, backend), crash))


async def _log(name: str, way: Way, crash: bool) -> None:
    ring = way.keyring()
    told = {"log": "", "crash": ""}
    with progress(f"log of {name}") as on_bytes:
        text, traceback = PagedText("log", on_bytes), PagedText("crash", on_bytes)

        async def fetch(link: Link, _: Identity) -> None:
            told["log"] = told["log"] or await text.read(link)
            if crash:
                told["crash"] = await traceback.read(link)

        await visit(ring, name, way, fetch, lambda _: None)
    print(printable(told["log"]))
    if crash:
        print(f"--- last crash\n{printable(told['crash'])}" if told["crash"] else "--- no crash is kept")
