"""A tray of boards, all at once."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from serial.tools import list_ports

from corolle_tools.flash import esp
from corolle_tools.flash.errors import FlashError, NoAnswer
from corolle_tools.flash.flashing import Outcome, Progress, Wish, flash
from corolle_tools.flash.guard import owner_of
from corolle_tools.flash.many import at_once
from corolle_tools.flash.session import Session
from corolle_tools.identity import Identity
from corolle_tools.provision.units import Units


@dataclass(frozen=True)
class Place:
    """A port of the tray, its chip, and the unit that its board is to be; None: there is none left for it."""

    port: str
    chip: str
    unit: Identity | None


def usb_ports() -> list[str]:
    """The serial ports behind USB, by name."""
    return sorted(port.device for port in list_ports.comports() if port.vid is not None)


def look(
    ports: Sequence[str], units: Units, fresh: Iterable[Identity], bare: bool
) -> tuple[list[Place], list[FlashError]]:
    """Who sits where. A board that is one of `units` stays it; one that is nobody's is the next of `fresh`.

    Of ports at which nothing answers, why. `bare`: chips without MicroPython are looked for, too.
    """
    seen = at_once(lambda port: _seen(port, bare), ports)
    found = [(port, *it) for port, it in zip(ports, seen, strict=True) if not isinstance(it, FlashError)]
    by_eui = {unit.dev_eui: unit for unit in units.values()}
    there = {dev_eui for _, _, dev_eui in found}
    waiting = iter([unit for unit in fresh if unit.dev_eui not in there])
    places = [
        Place(port, chip, by_eui.get(dev_eui) if dev_eui else next(waiting, None))
        for port, chip, dev_eui in found
    ]
    return places, [it for it in seen if isinstance(it, FlashError)]


def _seen(port: str, bare: bool) -> tuple[str, str] | FlashError:
    """A board's chip, and the DevEUI it has, "" without; or why there is no board that can be flashed."""
    try:
        with Session.open(port, 1) as session:
            owner = owner_of(session.call("identity"))
            return session.facts().id, owner["dev_eui"] if owner else ""
    except NoAnswer as silent:
        if not (bare and os.path.exists(port)):
            return silent
    except FlashError as error:
        return error
    try:
        return esp.recognise(port).id, ""
    except FlashError as error:
        return error


def flash_all(
    places: Sequence[Place], wish: Wish, progress: Callable[[Place], Progress]
) -> list[tuple[Place, Outcome | FlashError]]:
    """Make each board its unit; one that fails does not keep the others from theirs."""
    wish.files()  # compiled once, and for all
    ends = at_once(lambda place: _flashed(place, wish, progress), places)
    return list(zip(places, ends, strict=True))


def _flashed(place: Place, wish: Wish, progress: Callable[[Place], Progress]) -> Outcome | FlashError:
    if place.unit is None:
        return FlashError("it is no unit of the file, and no --unit is left for it")
    try:
        mine = replace(wish, unit=place.unit, chip=place.chip)
        return flash(place.port, mine, progress(place))
    except FlashError as error:
        return error


def is_good(end: Outcome | FlashError) -> bool:
    """Whether a board of the tray runs."""
    return isinstance(end, Outcome) and end.verdict.is_good
