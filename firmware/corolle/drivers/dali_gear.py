"""One DALI control gear: light, fades and state (IEC 62386-102:2014)."""

import math
import time

from corolle.drivers.chip import ChipError
from corolle.wire.compat import const

_OFF = const(0)
_FULL = const(254)
_MASK = const(255)
_BROADCAST = const(0xFF)
_POWER_CYCLE_SEEN = const(0x80)
_STEPS_A_DECADE = const(253 / 3)  # 9.3: three decades of light, 0.1 % to 100 %, over levels 1 to 254

_DTR0 = const(0xA3)  # the address of a special command, 11.7.3
_ENABLE_DAPC_SEQUENCE = const(0x09)  # 11.3
_SET_SYSTEM_FAILURE_LEVEL = const(0x2C)  # 11.4
_SET_POWER_ON_LEVEL = const(0x2D)
_SET_FADE_TIME = const(0x2E)
_QUERY_STATUS = const(0x90)  # 11.5
_QUERY_CONTROL_GEAR_PRESENT = const(0x91)
_QUERY_VERSION_NUMBER = const(0x97)
_QUERY_DEVICE_TYPE = const(0x99)
_QUERY_ACTUAL_LEVEL = const(0xA0)
_QUERY_POWER_ON_LEVEL = const(0xA3)
_QUERY_SYSTEM_FAILURE_LEVEL = const(0xA4)

_SEQUENCE_MS = const(200)  # 9.5: the fade of a DAPC sequence, and how long it waits for the next level


class DaliGear:
    """One gear, by its short address, or all of a bus (None), of which only one gear may then be there.

    The constructor asks for it: ChipError when it is not there. And it sees to it that the light is full when
    the supply comes, or the bus fails, without us.

    `version` is that of IEC 62386-102, in quarters (8: 2.0, which is DALI-2); `device_type` 6 is an LED gear,
    255 one of several types. `orders` counts what set() and start() sent.
    """

    def __init__(self, bus, address: "int | None" = None):
        if address is not None and not 0 <= address <= 63:
            raise ValueError(f"dali_gear: address = {address} is not within 0..63")
        self.bus = bus
        self.address = address
        self._to = _BROADCAST if address is None else address << 1 | 1  # of a command; of a level it is even
        self._fade: int | None = None
        self._sequence_end_ms = time.ticks_ms()
        self.orders = 0
        self.read(_QUERY_CONTROL_GEAR_PRESENT)
        self.version = self.read(_QUERY_VERSION_NUMBER)
        self.device_type = self.read(_QUERY_DEVICE_TYPE)
        self._keep_full(_QUERY_POWER_ON_LEVEL, _SET_POWER_ON_LEVEL)
        self._keep_full(_QUERY_SYSTEM_FAILURE_LEVEL, _SET_SYSTEM_FAILURE_LEVEL)

    def set(self, level_pct: float) -> None:
        """Light of 0 (off) to 100 %, 0.2 s from now. The gear gives no less than its own minimum."""
        self.start(level_pct, 0)

    def start(self, level_pct: float, duration_ms: int) -> None:
        """Fade to 0 to 100 % in the time nearest to `duration_ms`: 0.2 s, 0.7 s, 1 s, 1.4 s ... 90.5 s.

        A fade even to the eye: the gear goes through its logarithmic levels at one speed. Fade times are kept
        in the gear's non-volatile memory, so a new one is only written when it differs from the last; 0.2 s
        is a DAPC sequence and writes nothing. Blocks for 17 to 110 ms. OSError when the bus fails.
        """
        if not 0 <= level_pct <= 100:
            raise ValueError(f"level_pct = {level_pct} is not within 0..100")
        self.orders += 1
        code = fade_code(duration_ms)
        if code:
            self._set_fade(code)
        else:
            self.send(_ENABLE_DAPC_SEQUENCE)
        self.bus.send(self._to & 0xFE, arc_level(level_pct))
        if not code:
            self._sequence_end_ms = time.ticks_add(time.ticks_ms(), _SEQUENCE_MS)

    def level_pct(self) -> "float | None":
        """The light that the gear gives now; None while its lamp starts or fails."""
        level = self.read(_QUERY_ACTUAL_LEVEL)
        return None if level == _MASK else percent(level)

    def status(self) -> int:
        """Bits (9.16): 1 gear failure, 2 lamp failure, 4 lamp on, 8 limit error (it was asked for a level
        beyond its own), 16 fade running, 32 reset state, 64 no short address, 128 no order since power-on.
        """
        status = self.read(_QUERY_STATUS)
        if status & _POWER_CYCLE_SEEN:
            self._fade = None  # what it was told a moment before may not have reached its memory
        return status

    def send(self, command: int, twice: bool = False) -> None:
        """A command that has no answer."""
        self.bus.send(self._to, command, twice)

    def ask(self, query: int) -> "int | None":
        """The answer to a query, or None for silence."""
        return self.bus.ask(self._to, query)

    def read(self, query: int) -> int:
        """The answer to a query. ChipError when the gear is silent."""
        answer = self.ask(query)
        if answer is None:
            raise ChipError(f"DALI gear {'of the bus' if self.address is None else self.address}: no answer")
        return answer

    def _keep_full(self, query: int, command: int) -> None:
        if self.read(query) != _FULL:
            self.bus.send(_DTR0, _FULL)
            self.send(command, True)

    def _set_fade(self, code: int) -> None:
        left_ms = time.ticks_diff(self._sequence_end_ms, time.ticks_ms())
        if 0 < left_ms <= _SEQUENCE_MS:
            time.sleep_ms(left_ms)  # a level that came within the sequence would fade in its 0.2 s
        if code != self._fade:
            self._fade = None
            self.bus.send(_DTR0, code)
            self.send(_SET_FADE_TIME, True)
            self._fade = code


def arc_level(level_pct: float) -> int:
    """The level, 0 to 254, of a light in % (9.3)."""
    if not level_pct:
        return _OFF
    return max(1, min(_FULL, round(1 + _STEPS_A_DECADE * (math.log10(level_pct) + 1))))


def percent(level: int) -> float:
    """The light in % of a level, 0 to 254."""
    return 10 ** ((level - 1) / _STEPS_A_DECADE - 1) if level else 0.0


def fade_code(duration_ms: int) -> int:
    """The fade time nearest to a duration (table of SET FADE TIME): 0.5 s x sqrt(2 ** code); 0 is less."""
    nearest, best_ms = 0, abs(duration_ms - _SEQUENCE_MS)
    for code in range(1, 16):
        error_ms = abs(duration_ms - 500 * 2 ** (code / 2))
        if error_ms < best_ms:
            nearest, best_ms = code, error_ms
    return nearest
