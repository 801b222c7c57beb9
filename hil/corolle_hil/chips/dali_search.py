"""How a DALI control gear is addressed, and found among others (IEC 62386-102, 7.2.2, 9.14 and 11.7)."""

from random import Random

_YES = 255
_MASK = 255
_WITHDRAWN, _SEARCHED = 1, 2  # states of a gear after INITIALISE


class Search:
    """A gear's short address and its part in the search for gears.

    The fifteen minutes after which a forgotten search ends are not modelled.
    """

    def __init__(self, rng: Random, short_address: int | None):
        self.short_address = short_address
        self.random_address = 0xFFFFFF
        self._rng = rng
        self._state = 0
        self._sought = [0xFF, 0xFF, 0xFF]

    def means(self, address: int) -> bool:
        """Whether a frame with this address byte is for this gear; groups are not modelled."""
        if address >= 0xFE:
            return True
        if address >= 0xFC:
            return self.short_address is None
        return address < 0x80 and address >> 1 == self.short_address

    def forget(self) -> None:
        """The supply is gone."""
        self._state = 0
        self._sought = [0xFF, 0xFF, 0xFF]

    def special(self, command: int, data: int, twice: bool) -> int | None:
        """A special command; the answer, or None."""
        if command == 0xA5:
            if twice and self._initialised(data):
                self._state = _SEARCHED
            return None
        if command == 0xA1:
            self._state = 0
        if not self._state:
            return None
        if command == 0xA7 and twice:
            self.random_address = self._rng.randrange(1 << 24)
        elif command in (0xB1, 0xB3, 0xB5):
            self._sought[(0xB1, 0xB3, 0xB5).index(command)] = data
        elif command == 0xA9:
            return _YES if self._state == _SEARCHED and self.random_address <= self._number else None
        elif command == 0xB9:
            return _YES if data >> 1 == self.short_address else None
        elif self.random_address == self._number:
            return self._found(command, data)
        return None

    def _found(self, command: int, data: int) -> int | None:
        """What only the gear whose number is sought obeys."""
        if command == 0xAB:
            self._state = _WITHDRAWN
        elif command == 0xB7 and (data == _MASK or data & 0x81 == 1):
            self.short_address = None if data == _MASK else data >> 1
        elif command == 0xBB:
            return _MASK if self.short_address is None else self.short_address << 1 | 1
        return None

    @property
    def _number(self) -> int:
        return self._sought[0] << 16 | self._sought[1] << 8 | self._sought[2]

    def _initialised(self, data: int) -> bool:
        """Whether INITIALISE means this gear: all, those without address, or one."""
        if data == _MASK:
            return self.short_address is None
        return data == 0 or data >> 1 == self.short_address
