"""A DALI control gear with an LED luminaire behind it (IEC 62386-102:2014, parts 251, 252 and 253)."""

from collections.abc import Callable
from typing import Protocol

from corolle_hil.chips import dali_banks
from corolle_hil.chips.dali_level import ArcLevel
from corolle_hil.chips.dali_search import Search
from corolle_hil.scheduler import Handle, Scheduler

_MASK = 255
_YES = 255
_FULL = 254
_LED, _VERSION = 6, 8  # device type, and version 2.0
_TWICE_US = 94_000 + 17_000  # 8.2.3 of part 101, and a frame: from the end of one to the end of the other
_SEQUENCE_US = 200_000  # 9.5
_DEAF_US = 300_000  # from its supply's coming until it hears; our figure for a start
_START_US = 600_000  # 9.13: so long it waits for an order before it takes its power on level

_DTRS = (0xA3, 0xC3, 0xC5)
_WRITE_MEMORY_LOCATION, _WITHOUT_REPLY = 0xC7, 0xC9


class Luminaire(Protocol):
    """What a gear drives and measures."""

    nominal_w: float

    def command(self, level: float | None) -> None:
        """Give so much light, 0 to 1; None: nobody drives it."""

    @property
    def level(self) -> float:
        """The light that it gives, 0 to 1."""
        ...

    @property
    def power_w(self) -> float:
        """Drawn from the mains now."""
        ...

    @property
    def energy_wh(self) -> float:
        """Drawn since the street began."""
        ...


class DaliGear:
    """One gear. What it keeps without supply: levels, fade time, short address, counters.

    Faults: `dead` (hears nothing; its light stays), `failed` (it says that it is faulty), `blind` (it
    measures nothing). It tells of a lamp failure when it drives a luminaire that stays dark.

    Args:
        minimum: the lowest level it can give; 85 is 1 % of light.
        on_change: called whenever the light begins to change, in steps while it does, and at the end.
        temperature_c: inside the gear.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        luminaire: Luminaire,
        name: str = "gear",
        short_address: int | None = None,
        minimum: int = 85,
        on_change: Callable[[], None] = lambda: None,
        temperature_c: Callable[[], float] = lambda: 45.0,
    ):
        rng = scheduler.rng(f"dali {name}")
        self.settling_us = rng.uniform(5600, 10_400)  # 5.5 to 10.5 ms, 8.3.2 of part 101
        self.half_bit_us = rng.uniform(403, 430)
        self.dead = self.failed = self.blind = False
        self.power_on_level = self.system_failure_level = _FULL
        self.fade_time = 0
        self.writes = 0  # of its non-volatile memory: it bears some 10,000
        self.starts = self.lamp_starts = 0
        self.search = Search(rng, short_address)
        self._scheduler = scheduler
        self._luminaire = luminaire
        self._on_change = on_change
        self._temperature_c = temperature_c
        self._supplied_since_us: int | None = scheduler.now_us
        self._operating_us = 0
        self._lit_since_us: int | None = None
        self._lit_us = 0
        self._start: Handle | None = None
        self._deaf_until_us = 0
        self._dtrs = [0, 0, 0]
        self._writable = False
        self._before = (-1, 0)
        self._sequence_until_us = -1
        self._power_cycled = True
        self._limited = False
        self._last = _FULL  # the level before the supply went
        self._banks = dali_banks.MemoryBanks(
            {1: self._bank_1, 202: self._bank_202, 205: self._bank_205, 206: self._bank_206}
        )
        self._arc = ArcLevel(scheduler, self._show, minimum, _FULL)
        self._show(self._arc.light)

    @property
    def level(self) -> float:
        """The light that it drives now, 0 to 1."""
        return self._arc.light if self.supplied else 0.0

    @property
    def supplied(self) -> bool:
        """Whether it has mains."""
        return self._supplied_since_us is not None

    @supplied.setter
    def supplied(self, supplied: bool) -> None:
        if supplied == self.supplied:
            return
        if supplied:
            self._supplied_since_us = self._scheduler.now_us
            self._deaf_until_us = self._scheduler.now_us + _DEAF_US
            self._start = self._scheduler.after(_START_US, self._begin)
        else:
            self._operating_us += self._gone_us(self._supplied_since_us)
            self._supplied_since_us = None
            self._forget()
        self._show(self.level)

    def bus_failed(self) -> None:
        """The bus has been low for too long (9.12)."""
        if self.supplied and not self.dead and self.system_failure_level != _MASK:
            self._arc.go(self.system_failure_level, 0)

    def receive(self, frame: int, end_us: int) -> int | None:
        """A forward frame whose last edge was at `end_us`; the answer, or None for silence."""
        if self.dead or not self.supplied or end_us < self._deaf_until_us:
            return None
        before, before_us = self._before
        twice = frame == before and end_us - before_us <= _TWICE_US
        self._before = (-1, 0) if twice else (frame, end_us)
        address, data = divmod(frame, 256)
        if address >= 0xA0 and address < 0xFC:
            return self._special(address, data, twice)
        if not self.search.means(address):
            return None
        self._writable = self._writable and address & 1 == 1 and data in (0x98, 0x9C, 0x9D)
        if not address & 1:
            self._order(data)
            return None
        return self._query(data) if data >= 0x90 else self._command(data, twice)

    def _special(self, address: int, data: int, twice: bool) -> int | None:
        if address in _DTRS:
            self._dtrs[_DTRS.index(address)] = data
            return None
        if address in (_WRITE_MEMORY_LOCATION, _WITHOUT_REPLY):
            return self._write(data, address == _WRITE_MEMORY_LOCATION)
        self._writable = False
        return self.search.special(address, data, twice)

    def _write(self, data: int, reply: bool) -> int | None:
        if not self._writable:
            return None
        self._banks.write(self._dtrs[1], self._dtrs[0], data)
        self._dtrs[0] = min(255, self._dtrs[0] + 1)
        return data if reply else None

    def _order(self, level: int) -> None:
        """DAPC (9.4); MASK stops a fade."""
        self._power_cycled = False
        now_us = self._scheduler.now_us
        fade_us = round(500_000 * 2 ** (self.fade_time / 2)) if self.fade_time else 0
        if now_us <= self._sequence_until_us:
            fade_us = _SEQUENCE_US
            self._sequence_until_us = now_us + _SEQUENCE_US
        self._limited = not self._arc.go(round(self._arc.now) if level == _MASK else level, fade_us)

    def _command(self, command: int, twice: bool) -> None:
        if command in (0x00, 0x05, 0x06):  # OFF, RECALL MAX LEVEL, RECALL MIN LEVEL
            self._sequence_until_us = -1
            self._power_cycled = False
            self._arc.go({0: 0, 5: self._arc.maximum, 6: self._arc.minimum}[command], 0)
        elif command == 0x09:
            self._sequence_until_us = self._scheduler.now_us + _SEQUENCE_US
        elif twice and command == 0x81:
            self._writable = True
        elif twice:
            self._configure(command)

    def _configure(self, command: int) -> None:
        value = self._dtrs[0]
        self.writes += 1
        if command == 0x2C:
            self.system_failure_level = value
        elif command == 0x2D:
            self.power_on_level = value
        elif command == 0x2E:
            self.fade_time = min(value, 15)
        elif command == 0x80 and (value == _MASK or value & 0x81 == 1):
            self.search.short_address = None if value == _MASK else value >> 1

    def _query(self, query: int) -> int | None:
        if query == 0xC5:
            return self._read()
        answers: dict[int, int | None] = {
            0x90: self._status,
            0x91: _YES,
            0x92: _YES if self._lamp_failure else None,
            0x97: _VERSION,
            0x98: self._dtrs[0],
            0x99: _LED,
            0x9A: self._arc.minimum,
            0xA0: _MASK if self._lamp_failure else round(self._arc.now),
            0xA1: self._arc.maximum,
            0xA2: self._arc.minimum,
            0xA3: self.power_on_level,
            0xA4: self.system_failure_level,
            0xA5: self.fade_time << 4 | 7,
        }
        return answers.get(query)

    def _read(self) -> int | None:
        """READ MEMORY LOCATION (11.5.41)."""
        byte = self._banks.read(self._dtrs[1], self._dtrs[0])
        self._dtrs[0] = min(255, self._dtrs[0] + 1)
        return byte

    @property
    def _lamp_failure(self) -> bool:
        started = self._gone_us(self._supplied_since_us) >= _START_US
        return started and self._arc.now > 0 and not self._luminaire.level

    @property
    def _status(self) -> int:
        """The bits of 9.16."""
        lit = self._arc.now > 0 and not self._lamp_failure
        missing = self.search.short_address is None
        bits = (self.failed, self._lamp_failure, lit, self._limited, self._arc.fading, False, missing)
        return sum(bit << place for place, bit in enumerate((*bits, self._power_cycled)))

    def _begin(self) -> None:
        """Nobody gave an order since the supply came; it was a start all the same (part 253)."""
        self.starts += 1
        if self._power_cycled:
            self._arc.go(self._last if self.power_on_level == _MASK else self.power_on_level, 0)

    def _forget(self) -> None:
        """What the supply's end wipes out."""
        if self._start:
            self._start.cancel()
        self._dtrs = [0, 0, 0]
        self._writable = self._limited = False
        self._sequence_until_us = -1
        self._power_cycled = True
        self._last = self._arc.target
        self._arc.go(0, 0)
        self.search.forget()

    def _show(self, light: float) -> None:
        lit = light > 0 and self.supplied
        if lit and self._lit_since_us is None:
            self._lit_since_us = self._scheduler.now_us
            self.lamp_starts += 1
        elif not lit:
            self._lit_us += self._gone_us(self._lit_since_us)
            self._lit_since_us = None
        self._luminaire.command(light if lit else 0.0)
        self._on_change()

    def _bank_1(self) -> bytes:
        return dali_banks.luminaire(self._luminaire.nominal_w, 140 * self._luminaire.nominal_w, 2700)

    def _bank_202(self) -> bytes:
        if self.blind:
            return dali_banks.energy(None, None)
        return dali_banks.energy(self._luminaire.energy_wh, self._luminaire.power_w)

    def _bank_205(self) -> bytes:
        operating_us = self._operating_us + self._gone_us(self._supplied_since_us)
        temperature_c = None if self.blind else self._temperature_c()
        return dali_banks.gear(operating_us / 1e6, self.starts, temperature_c, self.failed)

    def _bank_206(self) -> bytes:
        lit_us = self._lit_us + self._gone_us(self._lit_since_us)
        return dali_banks.light_source(lit_us / 1e6, self.lamp_starts, self._lamp_failure)

    def _gone_us(self, since_us: int | None) -> int:
        return 0 if since_us is None else self._scheduler.now_us - since_us
