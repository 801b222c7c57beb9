"""Goes to a unit and does something there; where the connection is lost, again."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

from corolle_tools.ble.central import Identity, Link, connected
from corolle_tools.ble.faults import Busy, Lost, NoKey, NotInRange, Unplugged
from corolle_tools.ble.finding import find
from corolle_tools.ble.keyring import Keyring, Known
from corolle_tools.ble.options import Way
from corolle_tools.ble.radio import Radio

_SMALL_MTU = 64  # a page of the log takes ten frames and more
_REPLUGGED_S = 1.0  # until an adapter's service that was begun anew answers

# Does something with a greeted unit. After a loss it is called once more, and goes on where it stood.
Doing = Callable[[Link, Identity], Awaitable[None]]
Met = Callable[[Identity], None]


async def visit(keyring: Keyring, name: str, way: Way, doing: Doing, met: Met) -> None:
    """Connect, tell `met` the identity, prove the key, do it. Raises BleFaults.

    Lost, Busy or Unplugged once all tries are used up; it says how far the last one came.
    """
    radio = Radio(*way.stack())
    unmet = [met]
    lost: Lost | Busy | Unplugged | None = None
    for left in reversed(range(way.tries)):
        try:
            await _call(radio, keyring, name, way.wait_s, doing, unmet)
            return
        except (Lost, Busy, Unplugged) as fault:
            lost = fault
            await _rest(fault, left, way.tries)
        except NotInRange as fault:
            raise (Lost(f"{lost}; then {fault}") if lost else fault) from None


async def _rest(fault: Lost | Busy | Unplugged, left: int, tries: int) -> None:
    """Say what went wrong, before it is tried once more; raise it when it is not."""
    if not left:
        raise type(fault)(f"{fault}; given up after {tries} tries")
    print(f"{fault}; trying again ({tries - left + 1} of {tries})", file=sys.stderr)
    if isinstance(fault, Unplugged):
        await asyncio.sleep(_REPLUGGED_S)


async def _call(
    radio: Radio, keyring: Keyring, name: str, wait_s: float, doing: Doing, unmet: list[Met]
) -> None:
    sighting = await find(radio, keyring, name, wait_s)
    async with connected(radio, sighting) as link:
        identity = await link.identity()
        if unmet:
            unmet.pop()(identity)
            _warn_of_small(link.mtu)
        await link.greet(_unit(keyring, sighting.unit, identity))
        await doing(link, identity)


def _warn_of_small(mtu: int) -> None:
    if mtu < _SMALL_MTU:
        print(f"this adapter carries {mtu} bytes at a time (MTU): long answers take a while", file=sys.stderr)


def _unit(keyring: Keyring, heard: Known | None, identity: Identity) -> Known:
    """Whose key is to be proved: the one that opened the advert; of an address, the one it says it is."""
    unit = heard or keyring.find(identity.dev_eui)
    if unit:
        return unit
    here = (
        f"the keys file has no unit {identity.dev_eui}"
        if keyring.units
        else "name their file: --keys units.json"
    )
    raise NoKey(f"more is told only to who has its key: {here}")
