"""What measures a unit's power: an INA226 at the jig, or a BL0942 at a serial port."""

from typing import Protocol

import serial

from corolle_hil.bench.real.jig import Jig
from corolle_hil.bench.real.ports import find_port

# Belling, BL0942 datasheet V1.06, 3.2: the request and its answer, a head, the registers, a checksum.
_READ, _PACKET, _HEAD, _PACKET_BYTES = 0x58, 0xAA, 0x55, 23
_WATT_AT = 10
_SIGN, _MODULUS = 1 << 23, 1 << 24
_VREF_V, _WATT_STEPS = 1.218, 3537  # WATT = 3537 I V cos phi / Vref**2, in millivolts at the pins
_TIMEOUT_S = 0.5
_TRIES = 3


class Meter(Protocol):
    """A power meter."""

    def power_w(self) -> float:
        """Active power now. Raises OSError when it does not answer."""
        ...

    def close(self) -> None:
        """Let it go."""
        ...


class JigMeter:
    """An INA226 at two pins of the jig."""

    def __init__(self, jig: Jig, sda: int, scl: int, address: int, shunt_uohm: int):
        self._jig = jig
        self._where = sda, scl, address, shunt_uohm

    def power_w(self) -> float:
        """See Meter."""
        return self._jig.power_w(*self._where)

    def close(self) -> None:
        """See Meter."""


class Bl0942Meter:
    """A BL0942 between mains and unit, at an isolated USB converter: its ground is a line of the mains."""

    def __init__(self, port: str, address: int, shunt_uohm: int, divider: int):
        self._serial = serial.Serial(find_port(port), 4800, timeout=_TIMEOUT_S, exclusive=True)
        self._request = bytes((_READ | address, _PACKET))
        self._watt = _VREF_V * _VREF_V / _WATT_STEPS * divider / shunt_uohm

    def power_w(self) -> float:
        """See Meter."""
        said = b""
        for _ in range(_TRIES):
            self._serial.reset_input_buffer()
            self._serial.write(self._request)
            said = self._serial.read(_PACKET_BYTES)
            if self._is_whole(said):
                steps = int.from_bytes(said[_WATT_AT : _WATT_AT + 3], "little")
                return (steps - _MODULUS if steps & _SIGN else steps) * self._watt
        raise OSError(f"{self._serial.port}: no answer of a BL0942, but {said.hex() or 'nothing'}")

    def close(self) -> None:
        """See Meter."""
        self._serial.close()

    def _is_whole(self, said: bytes) -> bool:
        if len(said) != _PACKET_BYTES or said[0] != _HEAD:
            return False
        return said[-1] == ~(self._request[0] + sum(said[:-1])) & 0xFF
