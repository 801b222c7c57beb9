"""`corolle ble command`: an order to a unit, checked before it is sent, and what became of it."""

import json
import struct
import time
from collections.abc import Callable
from typing import Annotated

import typer

from corolle_tools.ble.central import Identity, Link
from corolle_tools.ble.ending import Ending
from corolle_tools.ble.faults import Refused
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
from corolle_tools.ble.order import Answer, Order
from corolle_tools.ble.visit import visit

_Until = Annotated[
    str | None, typer.Option(metavar="HH:MM", help="Until then by this machine's time instead.")
]
_SetClock = Annotated[bool, typer.Option("--set-clock", help="First give the unit this machine's time.")]


def command(
    unit: UnitName,
    verb: Annotated[str, typer.Argument(help="Lamp: level, cap, auto ...; canopy: open, close, drain ...")],
    value: Annotated[
        int | None, typer.Argument(help="The verb's value; a wrong one tells the legal range.")
    ] = None,
    lasts: Annotated[str, typer.Option("--for", metavar="TIME", help="How long: 90s, 10m, 2h.")] = "10m",
    until: _Until = None,
    author: Annotated[str, typer.Option(help="Who orders it, at most 12 characters.")] = "crew",
    set_clock: _SetClock = False,
    keys: Keys = None,
    state: State = None,
    wait: Wait = WAIT_S,
    tries: Tries = TRIES,
    as_json: Json = False,
    adapter: Adapter = HCI,
    backend: Backend = None,
) -> None:
    """Order a unit to do something for a time; it answers with its verdict, its output and the reason.

    Ends with 0 when the unit has accepted it, with 1 when it has not.
    """
    way = Way(keys, state, wait, tries, adapter, backend)
    run(
        _command(
            unit, lambda: _Errand(Order(verb, value, author), Ending(lasts, until), set_clock), way, as_json
        )
    )


async def _command(name: str, make: Callable[[], "_Errand"], way: Way, as_json: bool) -> None:
    errand = make()
    ring = way.keyring()
    unit = known(ring, name)
    if unit:
        errand.order.check(unit.kind)  # before it is called
    await visit(ring, name, way, errand.run, lambda identity: errand.order.check(identity.kind))
    print(json.dumps(errand.answer.record()) if as_json else errand.answer)
    if errand.answer.verdict != "accepted":
        raise Refused(f"{name} has not accepted the order")


class _Errand:
    """Gives the order; after a lost connection the very same once more, which is carried out once.

    Attributes:
        answer: what the unit said of it.
    """

    answer: Answer

    def __init__(self, order: Order, ending: Ending, set_clock: bool):
        self.order = order
        self._ending = ending
        self._set_clock = set_clock
        self._packed = b""

    async def run(self, link: Link, identity: Identity) -> None:
        """Clock, order, answer."""
        if self._set_clock:
            await link.ask("time", struct.pack("<I", round(time.time())))
        if not self._packed:
            now_s = int.from_bytes(await link.ask("time"), "little")
            self._packed = self.order.packed(self._ending.after(now_s))
        self.answer = Answer(link.name, identity.kind, await link.ask("command", self._packed))
        if self.answer.is_ordered:
            self.answer.explain((await link.ask("self-test")).decode(errors="replace"))
