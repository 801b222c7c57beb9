"""The LIS3DH accelerometer (STMicroelectronics, datasheet DocID17530 and application note AN3308)."""

from collections.abc import Callable
from math import exp, pi

from corolle_hil.chips.faults import I2cFaults
from corolle_hil.ports import I2cChip, Line, Nak
from corolle_hil.scheduler import Handle, Scheduler

Vector = tuple[float, float, float]

_WHO_AM_I, _CTRL1, _CTRL2, _CTRL3, _CTRL4, _CTRL5, _CTRL6 = 0x0F, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25
_REFERENCE, _STATUS, _OUT, _LAST_OUT = 0x26, 0x27, 0x28, 0x2D
_INT1_CFG, _INT1_SRC, _INT1_THS, _INT1_DURATION = 0x30, 0x31, 0x32, 0x33
_RESET = {_WHO_AM_I: 0x33, 0x1E: 0x10, _CTRL1: 0x07}  # the rest are 0
_WRITABLE = {0x1E, 0x1F, *range(_CTRL1, _REFERENCE + 1), 0x2E, _INT1_CFG, _INT1_THS, _INT1_DURATION}
_AUTO_INCREMENT = 0x80  # of the register's address (6.1.1)
_LOW_POWER, _AXES_ON = 0x08, 0x07  # CTRL_REG1
_INT1_FILTERED, _DATA_FILTERED = 0x01, 0x08  # CTRL_REG2
_INT1_AT_PIN, _LATCHED, _ACTIVE_LOW, _HIGH_RESOLUTION = 0x40, 0x08, 0x02, 0x08  # CTRL_REG3, 5, 6 and 4
_AND, _ACTIVE, _FRESH = 0x80, 0x40, 0x0F
_RATE_HZ = {1: 1, 2: 10, 3: 25, 4: 50, 5: 100, 6: 200, 7: 400, 8: 1600, 9: 1344}  # ODR
_THRESHOLD_G = (0.016, 0.032, 0.062, 0.186)  # a step of INT1_THS by full scale
# A digit by width of the output and full scale, table 4.
_STEP_G = {
    8: (0.016, 0.032, 0.064, 0.192),
    10: (0.004, 0.008, 0.016, 0.048),
    12: (0.001, 0.002, 0.004, 0.012),
}
_KNOCK_US = 200_000  # a post rings for longer than this


class Lis3dh(I2cChip):
    """One accelerometer with its first interrupt; no second one, click, FIFO, 6D or auxiliary converter.

    It samples all the time, but here only while somebody could see it: when it is read, and after a knock, a
    tilt or a new setting until its filter is at rest. So a street's year has no ten events a second.

    Args:
        int1_line: the wire at its INT1 pin.
        gravity: what it feels at rest now, in g along its axes.
    """

    def __init__(self, scheduler: Scheduler, address: int, int1_line: Line, gravity: Callable[[], Vector]):
        self.address = address
        self.faults = I2cFaults()
        self._scheduler = scheduler
        self._line = int1_line
        self._gravity = gravity
        self._knock_g = 0.0
        self._knock_end_us = 0
        self._next: Handle | None = None
        self.power_up()

    def power_up(self) -> None:
        """The supply comes back: it is in power-down and all settings are gone."""
        self._registers = dict.fromkeys(range(0x40), 0) | _RESET
        self._pointer = 0
        self._began_us = self._sampled_us = self._scheduler.now_us
        self._felt: Vector = (0.0, 0.0, 0.0)
        self._slow: Vector = (0.0, 0.0, 0.0)  # what the high-pass filter takes away
        self._fresh = False
        self._source = 0
        self._run = 0  # samples in a row that meet the interrupt's condition
        self._show()

    def knock(self, g: float) -> None:
        """Something strikes the post: so much more along x for a moment."""
        self._catch_up()
        self._knock_g, self._knock_end_us = g, self._scheduler.now_us + _KNOCK_US
        self._follow()

    def tilt(self, gravity: Vector) -> None:
        """The post moves and stays so: what it feels at rest from now on."""
        self._catch_up()
        self._gravity = lambda: gravity
        self._follow()

    @property
    def holds_bus(self) -> bool:
        """See I2cChip."""
        return self.faults.bus_stuck

    def write(self, data: bytes) -> None:
        """A register's address, and perhaps what to write there and, with its top bit set, behind it."""
        self.faults.strike()
        if not data:
            return
        if data[0] & 0x7F >= 0x40:
            raise Nak
        self._catch_up()
        self._pointer = data[0]
        for value in data[1:]:
            self._set(self._step(), value)
        if len(data) > 1:
            self._show()
            self._follow()

    def read(self, n: int) -> bytes:
        """Registers from the address on, or the one again and again without its top bit."""
        self.faults.strike()
        self._catch_up()
        return bytes(self._get(self._step()) for _ in range(n))

    def _step(self) -> int:
        register = self._pointer & 0x7F
        if self._pointer & _AUTO_INCREMENT:
            self._pointer = _AUTO_INCREMENT | (register + 1) % 0x40
        return register

    def _set(self, register: int, value: int) -> None:
        if register not in _WRITABLE:
            return
        before, self._registers[register] = self._registers[register], value
        if register == _CTRL1 and (before ^ value) >> 3:
            self._began_us = self._scheduler.now_us
            if self._next:
                self._next.cancel()
                self._next = None

    def _get(self, register: int) -> int:
        if register == _STATUS:
            return _FRESH if self._fresh else 0
        if _OUT <= register <= _LAST_OUT:
            self._fresh = False
            return self._output((register - _OUT) // 2).to_bytes(2, "little", signed=True)[register & 1]
        if register == _REFERENCE:
            self._slow = self._felt
        if register == _INT1_SRC:
            source, self._source = self._source, 0
            self._show()
            return source
        return self._registers[register]

    @property
    def _period_us(self) -> int | None:
        """Between samples; None in power-down."""
        rate_hz = _RATE_HZ.get(self._registers[_CTRL1] >> 4)
        return 1_000_000 // rate_hz if rate_hz and self._registers[_CTRL1] & _AXES_ON else None

    @property
    def _fast(self) -> Vector:
        """What the high-pass filter lets through."""
        return _less(self._felt, self._slow)

    @property
    def _step_g(self) -> float:
        return _STEP_G[self._bits][self._scale]

    @property
    def _scale(self) -> int:
        return self._registers[_CTRL4] >> 4 & 3

    @property
    def _bits(self) -> int:
        if self._registers[_CTRL1] & _LOW_POWER:
            return 8
        return 12 if self._registers[_CTRL4] & _HIGH_RESOLUTION else 10

    def _output(self, axis: int) -> int:
        """Two's complement, left-justified in 16 bits (3.2.1)."""
        if not self._registers[_CTRL1] >> axis & 1:
            return 0
        value = (self._fast if self._registers[_CTRL2] & _DATA_FILTERED else self._felt)[axis]
        limit = 1 << self._bits - 1
        return max(-limit, min(limit - 1, round(value / self._step_g))) << 16 - self._bits

    def _follow(self) -> None:
        """See to it that the next sample is taken at its moment."""
        if self._period_us and not self._next:
            past_us = (self._scheduler.now_us - self._began_us) % self._period_us
            self._next = self._scheduler.after(self._period_us - past_us, self._tick)

    def _tick(self) -> None:
        self._next = None
        self._catch_up()
        moving = max(abs(value) for value in self._fast) >= self._step_g
        if moving or self._scheduler.now_us < self._knock_end_us:
            self._follow()

    def _catch_up(self) -> None:
        """Take the latest sample that is due by now."""
        if self._period_us is None or self.faults.dead:
            return
        periods = (self._scheduler.now_us - self._began_us) // self._period_us
        at_us = self._began_us + periods * self._period_us
        if periods and at_us > self._sampled_us:
            self._sample(at_us)

    def _sample(self, at_us: int) -> None:
        # First order (AN3308, 4.3): the cut-off is a fraction of the rate that HPCF chooses.
        cut_off_hz = 1e6 / (self._period_us or 1) / (6 * (8 << (self._registers[_CTRL2] >> 4 & 3)))
        keep = exp(-2 * pi * cut_off_hz * (at_us - self._sampled_us) / 1e6)
        x, y, z = self._fast
        self._slow = _less(self._felt, (x * keep, y * keep, z * keep))
        if not self.faults.stuck:
            x, y, z = self._gravity()
            self._felt = (x + (self._knock_g if at_us < self._knock_end_us else 0.0), y, z)
        self._sampled_us = at_us
        self._fresh = True
        self._judge()

    def _judge(self) -> None:
        """Interrupt 1: high and low events of each axis by its magnitude, all that are watched or any."""
        watched = self._registers[_INT1_CFG] & 0x3F
        limit_g = self._registers[_INT1_THS] * _THRESHOLD_G[self._scale]
        events = 0
        for axis, value in enumerate(self._fast if self._registers[_CTRL2] & _INT1_FILTERED else self._felt):
            events |= (2 if abs(value) > limit_g else 1) << 2 * axis
        met = events & watched
        hit = met == watched if self._registers[_INT1_CFG] & _AND else met != 0
        self._run = self._run + 1 if hit and watched else 0
        if self._run > self._registers[_INT1_DURATION]:
            self._source = _ACTIVE | met
        elif not self._registers[_CTRL5] & _LATCHED:
            self._source = 0
        self._show()

    def _show(self) -> None:
        active = bool(self._source & _ACTIVE and self._registers[_CTRL3] & _INT1_AT_PIN)
        self._line.drive(int(active != bool(self._registers[_CTRL6] & _ACTIVE_LOW)))


def _less(a: Vector, b: Vector) -> Vector:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]
