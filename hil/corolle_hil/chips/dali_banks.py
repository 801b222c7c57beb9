"""Memory banks of a DALI control gear: luminaire data, energy, diagnostics (IEC 62386-251, -252, -253)."""

from collections.abc import Callable

_LOCK, _LATCH = 0x02, 0xAA


class MemoryBanks:
    """The banks of one gear, by their numbers; each is made when it is asked for, so it is of that moment.

    A bank whose lock byte was written with 0xAA stands still until it is written again.
    """

    def __init__(self, banks: dict[int, Callable[[], bytes]]):
        self._banks = banks
        self._latched: dict[int, bytes] = {}

    def read(self, bank: int, location: int) -> int | None:
        """One byte, or None where there is none."""
        if bank not in self._banks:
            return None
        data = self._latched.get(bank) or self._banks[bank]()
        return data[location] if location < len(data) else None

    def write(self, bank: int, location: int, value: int) -> None:
        """Latch a bank, or let it go; all else is read only."""
        if bank not in self._banks or location != _LOCK:
            return
        self._latched.pop(bank, None)
        if value == _LATCH:
            self._latched[bank] = self._banks[bank]()


def luminaire(nominal_w: float, flux_lm: float, cct_k: int) -> bytes:
    """Bank 1: what the maker of the luminaire wrote."""
    data = bytearray(_head(0x77) + b"\xff" * 0x75)
    data[0x11:0x13] = b"\x00\x03"
    data[0x15:0x17] = _number(nominal_w, 2)
    data[0x1D:0x20] = _number(flux_lm, 3)
    data[0x21:0x23] = _number(cct_k, 2)
    return bytes(data)


def energy(energy_wh: float | None, power_w: float | None) -> bytes:
    """Bank 202, in steps of 0.1 Wh and 0.01 W; None is not known at the moment."""
    wh = b"\xff" + _number(energy_wh, 6, 10)
    return _head(0x0F) + b"\x01" + wh + b"\xfe" + _number(power_w, 4, 100)


def gear(operating_s: float, starts: int, temperature_c: float | None, failed: bool) -> bytes:
    """Bank 205: of the gear itself."""
    data = bytearray(_head(0x1C) + b"\x01" + bytes(0x19))
    data[0x04:0x08] = _number(operating_s, 4)
    data[0x08:0x0B] = _number(starts, 3)
    data[0x0B:0x0D] = _number(230, 2, 10)
    data[0x0D] = 50
    data[0x0F] = failed
    data[0x1B:0x1C] = _number(None if temperature_c is None else temperature_c + 60, 1)
    return bytes(data)


def light_source(on_s: float, starts: int, failed: bool) -> bytes:
    """Bank 206: of the LEDs."""
    data = bytearray(_head(0x20) + b"\x01" + bytes(0x1D))
    data[0x04:0x07] = data[0x07:0x0A] = _number(starts, 3)
    data[0x0A:0x0E] = data[0x0E:0x12] = _number(on_s, 4)
    data[0x16] = failed
    return bytes(data)


def _head(last: int) -> bytes:
    """The last location, the indicator byte, the lock byte."""
    return bytes((last, 0, 0xFF))


def _number(value: float | None, length: int, steps: int = 1) -> bytes:
    """Most significant byte first; not known is the highest but one."""
    highest = (1 << 8 * length) - 2
    return (highest if value is None else min(int(value * steps + 0.5), highest - 1)).to_bytes(length, "big")
