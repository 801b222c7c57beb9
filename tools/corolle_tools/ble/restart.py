"""`corolle ble restart`: a unit begins anew, and is heard again."""

import asyncio
import json
import time

from corolle_tools.ble.central import Identity, Link
from corolle_tools.ble.finding import find, known
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
from corolle_tools.ble.radio import Radio
from corolle_tools.ble.visit import visit

_GOING_S = 4.0  # its answer gets away, then it restarts: what is heard before is the unit as it was


def restart(
    unit: UnitName,
    keys: Keys = None,
    state: State = None,
    wait: Wait = WAIT_S,
    tries: Tries = TRIES,
    as_json: Json = False,
    adapter: Adapter = HCI,
    backend: Backend = None,
) -> None:
    """Restart a unit, and wait until it is heard again. Orders, settings and counters outlive it.

    A lamp shines and a valve is shut while it boots.
    """
    run(_restart(unit, Way(keys, state, wait, tries, adapter, backend), as_json))


async def _restart(name: str, way: Way, as_json: bool) -> None:
    ring = way.keyring()
    known(ring, name)

    async def ask(link: Link, _: Identity) -> None:
        await link.ask("restart")

    await visit(ring, name, way, ask, lambda _: None)
    begun_s = time.monotonic()
    await asyncio.sleep(_GOING_S)
    await find(Radio(*way.stack()), ring, name, way.wait_s)
    back_s = round(time.monotonic() - begun_s)
    print(json.dumps({"unit": name, "back_s": back_s}) if as_json else f"{name} is back after {back_s} s")
