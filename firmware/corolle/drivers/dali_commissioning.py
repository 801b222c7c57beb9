"""Addresses for the gears of a DALI bus that have none, or wrong ones (IEC 62386-102, 9.14 and 11.7)."""

import asyncio

from corolle.drivers.chip import ChipError
from corolle.drivers.dali_bus import GAP_MS, Garbled
from corolle.wire.compat import const

_TERMINATE = const(0xA1)  # special commands, table 16
_INITIALISE = const(0xA5)
_RANDOMISE = const(0xA7)
_COMPARE = const(0xA9)
_WITHDRAW = const(0xAB)
_SEARCHADDR = const(b"\xb1\xb3\xb5")  # its high, middle and low byte
_PROGRAM_SHORT_ADDRESS = const(0xB7)
_QUERY_SHORT_ADDRESS = const(0xBB)  # answered by whoever has the number sought, and by nobody else

_ALL = const(0x00)  # INITIALISE: whatever address they have
_RANDOMISE_MS = const(100)  # it takes a gear so long
_HIGHEST = const(0xFFFFFF)
_ADDRESSES = const(64)


async def commission(bus) -> int:
    """Give each gear of the bus a new short address, from 0 on; returns how many there are.

    Which gear gets which address is chance. It takes some 3 s a gear, and nobody else may use the bus
    meanwhile. ChipError when the bus fails, or a gear does not take its address.
    """
    search = _Search(bus)
    await search.tell(_TERMINATE, 0)
    await search.tell(_INITIALISE, _ALL, True)
    try:
        await search.randomise()
        found = 0
        while await search.find_next():
            if found == _ADDRESSES:
                raise ChipError(f"DALI: more than {_ADDRESSES} gears on the bus")
            if await search.program(found):
                found += 1
            else:
                await search.randomise()
        return found
    finally:
        await search.tell(_TERMINATE, 0)


class _Search:
    """The search for the lowest random address among the gears not yet withdrawn."""

    def __init__(self, bus):
        self._bus = bus
        self._told = [-1] * 3  # the search address that the gears know
        self._low = 0

    async def tell(self, command: int, data: int, twice: bool = False) -> None:
        await asyncio.sleep_ms(GAP_MS)
        self._bus.send(command, data, twice)

    async def randomise(self) -> None:
        """Each gear draws a number of 24 bits."""
        await self.tell(_RANDOMISE, 0, True)
        await asyncio.sleep_ms(_RANDOMISE_MS)
        self._low = 0

    async def find_next(self) -> bool:
        """Bisect to the lowest number; False when no gear is left."""
        if not await self._any_up_to(_HIGHEST):
            return False
        low, high = self._low, _HIGHEST
        while low < high:
            middle = (low + high) // 2
            if await self._any_up_to(middle):
                high = middle
            else:
                low = middle + 1
        self._low = low
        if not await self._any_up_to(low):
            raise ChipError("DALI: a gear that answered the search answers no more")
        return True

    async def program(self, address: int) -> bool:
        """Give the gear found its address; False when two drew the same number, and must draw again."""
        await self.tell(_PROGRAM_SHORT_ADDRESS, address << 1 | 1)
        await asyncio.sleep_ms(GAP_MS)
        try:
            if self._bus.ask(_QUERY_SHORT_ADDRESS, 0) != address << 1 | 1:
                raise ChipError(f"DALI: a gear does not take the short address {address}")
        except Garbled:
            return False
        await self.tell(_WITHDRAW, 0)
        return True

    async def _any_up_to(self, number: int) -> bool:
        await self._set_search_address(number)
        await asyncio.sleep_ms(GAP_MS)
        try:
            return self._bus.ask(_COMPARE, 0) is not None
        except Garbled:
            return True  # several say yes at once

    async def _set_search_address(self, number: int) -> None:
        for place in range(3):
            byte = number >> 16 - 8 * place & 0xFF
            if byte != self._told[place]:
                await self.tell(_SEARCHADDR[place], byte)
                self._told[place] = byte
