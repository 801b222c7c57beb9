"""The BL0942 energy meter on a UART (Shanghai Belling, datasheet V1.06)."""

from typing import Protocol

from corolle_hil.chips.faults import UartFaults, flip_a_bit
from corolle_hil.ports import UartChip, wire_us
from corolle_hil.scheduler import Scheduler

_I_RMS, _V_RMS, _I_FAST_RMS, _WATT, _CF_CNT, _FREQ, _STATUS = range(0x03, 0x0A)
_WA_CREEP, _MODE, _SOFT_RESET, _USR_WRPROT = 0x14, 0x19, 0x1C, 0x1D
# User registers, and what they hold after a reset; their width in bits (1.5).
_USER_RESET = {0x12: 0, _WA_CREEP: 0x0B, 0x15: 0xFFFF, 0x16: 1, 0x17: 3, 0x18: 0x24, _MODE: 0x87, 0x1A: 2}
_WIDTH = {0x12: 8, _WA_CREEP: 8, 0x15: 16, 0x16: 3, 0x17: 2, 0x18: 6, _MODE: 10, 0x1A: 2}
_UNLOCK, _RESET_KEY = 0x55, 0x5A5A5A
_SLOW_REFRESH, _CLEAR_COUNT = 0x08, 0x40  # bits of MODE (1.6)
_REVERSE, _CREEP = 0x01, 0x02  # bits of STATUS (1.6)

_READ, _WRITE, _PACKET, _HEAD = 0x58, 0xA8, 0xAA, 0x55  # 3.2
_COMMAND_BYTES = {_READ: 2, _WRITE: 6}
_PACKED = (_I_RMS, _V_RMS, _I_FAST_RMS, _WATT, _CF_CNT, _FREQ, _STATUS)
_REPLY_US = 150  # from the end of a command to the start bit of its answer (3.2)
_GAP_US = 20_000  # a longer pause within a command ends it (3.2)

_VREF_V = 1.218
_SECONDS_WATT = 1638.4 * 256  # between two pulses of CF: so many over WATT


class Load(Protocol):
    """What hangs on the metered line, now."""

    @property
    def voltage_v(self) -> float:
        """Root mean square."""
        ...

    @property
    def current_a(self) -> float:
        """Root mean square."""
        ...

    @property
    def power_w(self) -> float:
        """Active power."""
        ...

    @property
    def energy_wh(self) -> float:
        """What was used until now."""
        ...


class Bl0942(UartChip):
    """One meter.

    Measured values hold for a refresh period of 400 ms, or 800 ms by MODE, from when they are first asked for
    in it. Waveforms, the current threshold, the pulse pin and a change of the baud rate are not there.

    Args:
        load: what it measures.
        shunt_uohm: the shunt in the load's line.
        divider: by how much the line voltage is divided.
        noise: standard deviation of a measured value, relative.
        cf_cnt: pulses it has counted so far.
        name: whose it is, for its own random stream.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        load: Load,
        address: int = 0,
        shunt_uohm: int = 1000,
        divider: float = 3825.0,
        noise: float = 0.002,
        freq_hz: float = 50.0,
        cf_cnt: int = 0,
        name: str = "bl0942",
    ):
        super().__init__()
        self.faults = UartFaults()
        self.noise = noise
        self.baud = 4800
        self._scheduler = scheduler
        self._load = load
        self._address = address
        self._rng = scheduler.rng(f"{name} {address}")
        self._i_per_a = 305_978 * shunt_uohm / 1000 / _VREF_V
        self._v_per_v = 73_989 * 1000 / divider / _VREF_V
        self._watt_per_w = 3537 * shunt_uohm / divider / _VREF_V**2
        self._freq = round(1e6 / freq_hz)
        self._command = bytearray()
        self._heard_us = 0
        self.reset()
        self._first_pulse -= cf_cnt

    def reset(self) -> None:
        """A dip of its supply, or a soft reset: registers as after power-up, no pulses counted."""
        self._user = dict(_USER_RESET)
        self._unlocked = False
        self._measured: dict[int, int] = {}
        self._period = -1
        self._first_pulse = self._pulses

    def received(self, data: bytes) -> None:
        """See UartChip."""
        begun_us = self._scheduler.now_us - wire_us(len(data), self.baud)
        if begun_us - self._heard_us > _GAP_US:
            self._command.clear()
        self._heard_us = self._scheduler.now_us
        self._command += data
        while self._command:
            length = _COMMAND_BYTES.get(self._command[0] & 0xFC, 1)
            if len(self._command) < length:
                return
            command = bytes(self._command[:length])
            del self._command[:length]
            if length > 1 and command[0] & 3 == self._address and not self.faults.dead:
                self._obey(command)

    def _obey(self, command: bytes) -> None:
        if command[0] & 0xFC == _WRITE:
            if checksum(command[:-1]) == command[-1]:
                self._write(command[1], int.from_bytes(command[2:5], "little"))
            return
        self._measure()
        if command[1] == _PACKET:
            data = bytes([_HEAD]) + b"".join(self._read(register) for register in _PACKED)
            summed = command[:1] + data
        else:
            data = self._read(command[1])
            summed = command + data
        reply = data + bytes([checksum(summed)])
        garbled = flip_a_bit(reply, self.faults.garbled, self._rng)
        self.say(garbled, self._scheduler.now_us + _REPLY_US)

    def _read(self, register: int) -> bytes:
        if register == _USR_WRPROT:
            value = _UNLOCK if self._unlocked else 0
        else:
            value = self._user.get(register, self._measured.get(register, 0))
        if register == _CF_CNT and self._user[_MODE] & _CLEAR_COUNT:
            self._first_pulse += value
            self._measured[_CF_CNT] = 0
        return value.to_bytes(3, "little")

    def _write(self, register: int, value: int) -> None:
        """User registers take nothing before 0x55 is written to the write protection (1.5)."""
        if register == _USR_WRPROT:
            self._unlocked = value == _UNLOCK
        elif register == _SOFT_RESET and value == _RESET_KEY and self._unlocked:
            self.reset()
        elif register in self._user and self._unlocked:
            self._user[register] = value & ((1 << _WIDTH[register]) - 1)

    def _measure(self) -> None:
        """Refresh the measured values when a new period has begun."""
        slow = self._user[_MODE] & _SLOW_REFRESH
        period = self._scheduler.now_us // (800_000 if slow else 400_000)
        if period != self._period and not (self.faults.stuck and self._measured):
            self._period = period
            self._sample()

    def _sample(self) -> None:
        watt = self._noisy(self._load.power_w * self._watt_per_w)
        creeps = abs(watt) < self._user[_WA_CREEP] * 3125 / 256
        current = self._noisy(self._load.current_a * self._i_per_a)
        self._measured = {
            _I_RMS: current,
            _V_RMS: self._noisy(self._load.voltage_v * self._v_per_v),
            _I_FAST_RMS: round(current * 0.363),
            _WATT: 0 if creeps else watt & 0xFFFFFF,
            _CF_CNT: (self._pulses - self._first_pulse) & 0xFFFFFF,
            _FREQ: self._freq,
            _STATUS: _CREEP * creeps | _REVERSE * (watt < 0),
        }

    @property
    def _pulses(self) -> int:
        return int(self._load.energy_wh * 3600 * self._watt_per_w / _SECONDS_WATT)

    def _noisy(self, value: float) -> int:
        return round(value * (1 + self._rng.gauss(0, self.noise)))


def checksum(data: bytes) -> int:
    """The sum of the bytes, inverted (3.2)."""
    return ~sum(data) & 0xFF
