"""Shanghai Belling BL0942: mains power, voltage, current and energy over a UART (datasheet V1.06)."""

import asyncio
import time

from corolle.drivers.chip import ChipError
from corolle.wire.compat import const

_READ = const(0x58)  # and the address in bits 1-0 (3.2)
_CF_CNT = const(0x07)  # energy pulses, 24 bits (1.5)
_REGISTER_BYTES = const(4)  # three of the register, low byte first, and the checksum
_PACKET = const(0xAA)  # all measured values at once (3.2)
_PACKET_BYTES = const(23)

# At 4800 baud a register is here after 13 ms and a packet after 53 ms. The ESP32 hands the end of a message
# over when the wire has been idle for ten bytes: 21 ms later.
_PACKET_MS = const(55)
_STEP_MS = const(10)
_STEPS = const(10)

_PULSE = const(488_671)  # 1.218**2 / 3537 * 1638.4 * 256 / 360 * 10**6: see __init__, and 360 Ws are 0.1 Wh
_UNIT = const(1_000_000)
_RESTARTED = const(65536)  # so many pulses, 12 kWh, pass in no time in which somebody reads


class BL0942:
    """One meter. The constructor reads its pulse counter: ChipError when it is not there, within 0.1 s.

    `uart` runs at 4800 baud. `divider` is the ratio of the line's voltage to that at the VP pin.
    `energy_dwh` is what was used since construction, in whole 0.1 Wh, as of the last read().
    """

    def __init__(self, uart, address: int = 0, shunt_uohm: int = 1000, divider: int = 3825):
        if not 0 <= address <= 3:
            raise ValueError(f"bl0942: address = {address} is not within 0..3")
        if shunt_uohm <= 0 or divider <= 0:
            raise ValueError(f"bl0942: shunt_uohm = {shunt_uohm} and divider = {divider} are not above 0")
        self._uart = uart
        self._request = bytearray((_READ | address, _CF_CNT))
        self._answer = bytearray(_PACKET_BYTES)
        self._came = 0  # bytes of the answer
        # I_RMS = 305978 I / Vref, V_RMS = 73989 V / Vref, WATT = 3537 I V cos phi / Vref**2, in millivolts
        # at the pins, Vref = 1.218 V; a pulse comes every 1638.4 * 256 / WATT seconds (application note).
        self._ampere = 1218 / 305978 / shunt_uohm
        self._volt = 0.001218 / 73989 * divider
        self._watt = 1.218 * 1.218 / 3537 * divider / shunt_uohm
        self._pulse = _PULSE * divider // shunt_uohm  # in 0.1 uWh
        self._rest = 0
        self.energy_dwh = 0
        self._ask(_CF_CNT)
        for _ in range(_STEPS):
            time.sleep_ms(_STEP_MS)
            if self._take(_REGISTER_BYTES):
                break
        self._check(_REGISTER_BYTES, self._request[0] + _CF_CNT)
        self._counted = self._word(0)

    async def read(self) -> tuple:
        """(power in W, voltage in V, current in A). ChipError on silence and on a wrong answer.

        Power against the direction of the wiring is the noise of a lamp that is off: 0.
        """
        self._ask(_PACKET)
        await asyncio.sleep_ms(_PACKET_MS)
        for _ in range(_STEPS):
            if self._take(_PACKET_BYTES):
                break
            await asyncio.sleep_ms(_STEP_MS)
        self._check(_PACKET_BYTES, self._request[0])
        self._count(self._word(13))
        watt = self._word(10)
        power_w = 0.0 if watt & 0x800000 else watt * self._watt
        return power_w, self._word(4) * self._volt, self._word(1) * self._ampere

    def _ask(self, register: int) -> None:
        """Send a request, after throwing away what is left of the last answer."""
        while self._uart.any():
            self._uart.readinto(self._answer)
        self._request[1] = register
        self._came = 0
        self._uart.write(self._request)

    def _take(self, length: int) -> bool:
        """Whether the whole answer has come."""
        rest = memoryview(self._answer)[self._came : length]
        self._came += self._uart.readinto(rest) or 0
        return self._came == length

    def _check(self, length: int, total: int) -> None:
        """Refuse a wrong answer; `total` is what goes into the checksum before it."""
        if self._came < length:
            self._refuse(f"{self._came} of {length} bytes" if self._came else "no answer")
        total += sum(memoryview(self._answer)[: length - 1])
        if self._answer[length - 1] != ~total & 0xFF:
            self._refuse("wrong checksum")

    def _refuse(self, what: str) -> None:
        raise ChipError(f"BL0942 {self._request[0] & 3} at {self._uart}: {what}")

    def _word(self, start: int) -> int:
        answer = self._answer
        return answer[start] | answer[start + 1] << 8 | answer[start + 2] << 16

    def _count(self, counter: int) -> None:
        """Add the pulses since the last time. The counter has 24 bits, and loses them with its supply."""
        pulses = counter - self._counted & 0xFFFFFF
        if pulses >= _RESTARTED:
            pulses = counter
        self._counted = counter
        self._rest += pulses * self._pulse
        self.energy_dwh += self._rest // _UNIT
        self._rest %= _UNIT
