"""A tray of boards, one after the other."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from serial.tools import list_ports

from corolle_tools.flash import esp
from corolle_tools.flash.errors import FlashError, NoAnswer
from corolle_tools.flash.flashing import Outcome, Progress, Wish, flash
from corolle_tools.flash.guard import owner_of
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


def look(ports: Iterable[str], units: Units, fresh: Iterable[Identity], bare: bool) -> list[Place]:
    """Who sits where. A board that is one of `units` stays it; one that is nobody's is the next of `fresh`.

    Ports at which nothing answers are left out. `bare`: chips without MicroPython are looked for, too.
    """
    found = [(port, *seen) for port in ports if (seen := _seen(port, bare))]
    by_eui = {unit.dev_eui: unit for unit in units.values()}
    there = {dev_eui for _, _, dev_eui in found}
    waiting = iter([unit for unit in fresh if unit.dev_eui not in there])
    return [
        Place(port, chip, by_eui.get(dev_eui) if dev_eui else next(waiting, None))
        for port, chip, dev_eui in found
    ]


def _seen(port: str, bare: bool) -> tuple[str, str] | None:
    """A board's chip, and the DevEUI it has, "" without; None where there is no board that can be flashed."""
    try:
        with Session.open(port, 1) as session:
            owner = owner_of(session.call("identity"))
            return session.facts().id, owner["dev_eui"] if owner else ""
    except NoAnswer:
        pass
    except FlashError:
        return None
    try:
        return (esp.recognise(port).id, "") if bare else None
    except FlashError:
        return None


def flash_all(
    places: Iterable[Place], wish: Wish, progress: Callable[[Place], Progress]
) -> Iterator[tuple[Place, Outcome | FlashError]]:
    """Make each board its unit; one that fails does not keep the others from theirs."""
    for place in places:
        if place.unit is None:
            yield place, FlashError("it is no unit of the file, and no --unit is left for it")
            continue
        try:
            mine = replace(wish, unit=place.unit, chip=place.chip)
            yield place, flash(place.port, mine, progress(place))
        except FlashError as error:
            yield place, error


def is_good(end: Outcome | FlashError) -> bool:
    """Whether a board of the tray runs."""
    return isinstance(end, Outcome) and end.verdict.is_good
