"""What a control gear measures and counts: its memory banks (IEC 62386-251, -252 and -253).

A value is None where the gear has no such location, or has no value to give at the moment.
"""

import asyncio

from corolle.drivers.chip import ChipError
from corolle.drivers.dali_bus import GAP_MS
from corolle.wire.compat import const

_DTR0 = const(0xA3)  # special commands of part 102, 11.7
_DTR1 = const(0xC3)
_WRITE_MEMORY_LOCATION_NO_REPLY = const(0xC9)
_ENABLE_WRITE_MEMORY = const(0x81)  # 11.4
_READ_MEMORY_LOCATION = const(0xC5)  # 11.5: the location in DTR0, which then goes up by one

_LUMINAIRE = const(1)  # part 251
_NOMINAL_POWER = const(0x15)  # 2 bytes, W
_ENERGY_BANK = const(202)  # part 252
_ENERGY = const(0x04)  # a power of ten, 6 bytes, Wh
_POWER = const(0x0B)  # a power of ten, 4 bytes, W
_GEAR_BANK = const(205)  # part 253
_TEMPERATURE = const(0x1B)  # 1 byte, counted from -60 C
_ZERO_C = const(60)
_LIGHT_BANK = const(206)  # part 253
_STARTS = const(0x07)  # 3 bytes
_ON_TIME = const(0x0E)  # 4 bytes, s
_LIGHT_FAILURE = const(0x16)  # 0 or 1

_LATCH_BYTE = const(0x02)
_LATCH = const(0xAA)
_TRIES = const(4)


class DaliMemory:
    """The memory banks of one DaliGear.

    A byte takes 54 ms, 39 of which block; in between others run. An order that the gear is given meanwhile
    makes the reading begin again. Every method raises ChipError when the bus fails, or the orders do not end.
    """

    def __init__(self, gear):
        self._gear = gear

    async def nominal_w(self) -> "int | None":
        """Input power of the luminaire at full light, as its maker wrote it."""
        return _number(await self._read(_LUMINAIRE, (_NOMINAL_POWER, 2)), 0, 2)

    async def energy(self) -> tuple:
        """(power drawn in W, energy drawn in steps of 0.1 Wh), of one moment."""
        data = await self._read(_ENERGY_BANK, (_ENERGY, 7), (_POWER, 5))
        if data is None:
            return None, None
        energy, power = _number(data, 1, 6), _number(data, 8, 4)
        if energy is not None:
            energy = energy * 10 ** (_exponent(data[0]) + 7) // 1_000_000
        return None if power is None else power * 10.0 ** _exponent(data[7]), energy

    async def light_source(self) -> tuple:
        """(starts, seconds of light, whether it fails), of one moment."""
        data = await self._read(_LIGHT_BANK, (_STARTS, 3), (_ON_TIME, 4), (_LIGHT_FAILURE, 1))
        failure = _number(data, 7, 1)
        return _number(data, 0, 3), _number(data, 3, 4), None if failure is None else bool(failure)

    async def temperature_c(self) -> "int | None":
        """Inside the gear."""
        raw = _number(await self._read(_GEAR_BANK, (_TEMPERATURE, 1)), 0, 1)
        return None if raw is None else raw - _ZERO_C

    async def _read(self, bank: int, *parts) -> "bytearray | None":
        """The bytes of each (first location, length), one after the other; None when the gear lacks one."""
        for _ in range(_TRIES):
            orders = self._gear.orders
            data = await self._read_once(bank, parts)
            if self._gear.orders == orders:
                return data
        raise ChipError(f"DALI memory bank {bank}: orders came between, {_TRIES} times")

    async def _read_once(self, bank: int, parts) -> "bytearray | None":
        await self._tell(_DTR1, bank)
        if bank != _LUMINAIRE:
            await self._latch()
        data = bytearray()
        for location, length in parts:
            await self._tell(_DTR0, location)
            for _ in range(length):
                await asyncio.sleep_ms(GAP_MS)
                byte = self._gear.ask(_READ_MEMORY_LOCATION)
                if byte is None:
                    return None
                data.append(byte)
        return data

    async def _latch(self) -> None:
        """Let the bank stand still while its bytes are read; a later latch takes new values."""
        await self._tell(_DTR0, _LATCH_BYTE)
        await asyncio.sleep_ms(GAP_MS)
        self._gear.send(_ENABLE_WRITE_MEMORY, True)
        await self._tell(_WRITE_MEMORY_LOCATION_NO_REPLY, _LATCH)

    async def _tell(self, special: int, value: int) -> None:
        await asyncio.sleep_ms(GAP_MS)
        self._gear.bus.send(special, value)


def _number(data, start: int, length: int) -> "int | None":
    """Most significant byte first; the two highest values say: not for you, and: not now (part 253)."""
    if data is None:
        return None
    value = int.from_bytes(data[start : start + length], "big")
    return None if value >= (1 << 8 * length) - 2 else value


def _exponent(raw: int) -> int:
    """The power of ten, -6 to 6, by which a value is scaled (part 252)."""
    exponent = raw - 256 if raw > 127 else raw
    if not -6 <= exponent <= 6:
        raise ChipError(f"DALI memory bank {_ENERGY_BANK}: a scale of 10 ** {exponent} is not within -6..6")
    return exponent
