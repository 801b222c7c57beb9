"""`corolle ble show`: who a unit is, what it does and why, what it measures, what is wrong with it."""

import sys

from corolle_tools.ble.central import Identity, Link
from corolle_tools.ble.desired import Desired
from corolle_tools.ble.faults import NoKey
from corolle_tools.ble.finding import known
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
from corolle_tools.ble.page import JsonPage, Page
from corolle_tools.ble.pages import PagedText
from corolle_tools.ble.readings import Reading
from corolle_tools.ble.visit import visit

_TESTED = "self-test="


def show(
    unit: UnitName,
    keys: Keys = None,
    state: State = None,
    wait: Wait = WAIT_S,
    tries: Tries = TRIES,
    as_json: Json = False,
    adapter: Adapter = HCI,
    backend: Backend = None,
) -> None:
    """Show who a unit is, what it does and why, faults, readings, clock, settings not at their default.

    By its Bluetooth address and without a key, it shows the identity alone.
    """
    run(_show(unit, Way(keys, state, wait, tries, adapter, backend), JsonPage() if as_json else Page()))


async def _show(name: str, way: Way, page: Page) -> None:
    ring = way.keyring()
    known(ring, name)
    told: set[str] = set()  # after a lost connection nothing is told twice
    job, verdict = Desired({}), PagedText("verdict")

    async def tell(link: Link, identity: Identity) -> None:
        if "readings" not in told:
            page.reading(Reading(link.name, await link.ask("readings")))
            told.add("readings")
        if "clock" not in told:
            page.clock(int.from_bytes(await link.ask("time"), "little"))
            told.add("clock")
        if "test" not in told:
            findings = (await link.ask("self-test")).decode(errors="replace")
            page.test(findings)
            told.add("test")
            if not findings.startswith(_TESTED):  # it never has
                told.add("verdict")
        if "verdict" not in told:
            page.verdict(await verdict.read(link))
            told.add("verdict")
        await job.pursue(link, identity)
        page.settings(identity.kind, job.reported)

    try:
        await visit(ring, name, way, tell, lambda identity: page.identity(name, identity))
    except NoKey as fault:
        print(fault, file=sys.stderr)
