"""Looks for one unit in the air, and tells what is there instead."""

import asyncio

from corolle_tools.ble.adverts import Listener, Sighting
from corolle_tools.ble.faults import NotInRange, Usage
from corolle_tools.ble.keyring import Keyring, Known
from corolle_tools.ble.radio import Radio

_ADDRESS_PARTS = 6
_MOST_NAMED = 8


async def find(radio: Radio, keyring: Keyring, name: str, wait_s: float) -> Sighting:
    """The unit of a name, DevEUI or Bluetooth address. NotInRange after `wait_s`."""
    wanted = known(keyring, name)
    found: asyncio.Future[Sighting] = asyncio.get_running_loop().create_future()

    def heard(sighting: Sighting) -> None:
        matches = sighting.unit is wanted if wanted else sighting.device.address.upper() == name.upper()
        if matches and not found.done():
            found.set_result(sighting)

    listener = Listener(keyring, heard)
    async with radio.scanning(listener):
        try:
            return await asyncio.wait_for(found, wait_s)
        except TimeoutError:
            raise NotInRange(_not_heard(name, wait_s, listener)) from None


def known(keyring: Keyring, name: str) -> Known | None:
    """The unit of a name or a DevEUI, None for an address. Usage when it can be none of these."""
    unit = keyring.find(name)
    if unit is None and name.count(":") != _ADDRESS_PARTS - 1:
        some = ", ".join(unit.name for unit in keyring.units[:_MOST_NAMED])
        more = f" and {len(keyring.units) - _MOST_NAMED} more" if len(keyring.units) > _MOST_NAMED else ""
        here = f"there are {some}{more}" if some else "name their file: --keys units.json"
        raise Usage(f"no key of a unit {name!r}: {here}")
    return unit


def _not_heard(name: str, wait_s: float, listener: Listener) -> str:
    others = sorted(listener.sightings.values(), key=lambda each: -each.rssi_dbm)
    named = [f"{each.name} ({each.rssi_dbm} dBm)" for each in others if each.unit]
    unknown = len(others) - len(named)
    heard = named[:_MOST_NAMED] + ([f"{unknown} of unknown key"] if unknown else [])
    instead = f"instead: {', '.join(heard)}" if heard else "nor any other unit"
    return f"{name} was not heard in {wait_s:g} s, {instead}; go nearer; or has it no power, or another key?"
