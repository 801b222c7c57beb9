"""The inside of a simulated ESP32: which peripheral serves which request."""

import errno
import struct
from collections.abc import Callable
from random import Random

from corolle_hil.memories import Flash, Nvs, RtcDomain
from corolle_hil.onewire_buses import OneWireBuses
from corolle_hil.peripherals import Buses, Pins, Watchdog
from corolle_hil.ports import BleRadio
from corolle_hil.scheduler import Scheduler
from corolle_hil.serial_ports import SerialPorts
from corolle_hil.shims import ops

Answer = tuple[int, bytes]
_DONE: Answer = (0, b"")
_NO_BLE: Answer = (errno.ENODEV, b"")


class Controller:
    """Pins, buses, serial ports, the watchdog and memories behind one table of requests."""

    def __init__(
        self,
        scheduler: Scheduler,
        flash: Flash,
        nvs: Nvs,
        interrupt: Callable[[int, int], None],
        bite: Callable[[], None],
        rng: Random,
    ):
        self.pins = Pins(interrupt)
        self.buses = Buses()
        self.onewire = OneWireBuses()
        self.serial = SerialPorts(scheduler)
        self.watchdog = Watchdog(scheduler, bite)
        self.rtc = RtcDomain()
        self.flash = flash
        self.nvs = nvs
        self.ble: BleRadio | None = None
        self._scheduler = scheduler
        self._table: dict[int, Callable[[int, int, bytes], Answer | None]] = {
            ops.PIN_OUTPUT: self.pins.output,
            ops.PIN_INPUT: self.pins.input,
            ops.PIN_IRQ: self.pins.trigger,
            ops.PIN_LEVEL: self.pins.level,
            ops.PWM: self.pins.pwm,
            ops.ADC: self.pins.adc,
            ops.I2C: self.buses.i2c,
            ops.SPI: self.buses.spi,
            ops.ONEWIRE_RESET: self.onewire.reset,
            ops.ONEWIRE_WRITE: self.onewire.write,
            ops.ONEWIRE_READ: self.onewire.read,
            ops.UART_OPEN: self.serial.open,
            ops.UART_WRITE: self.serial.write,
            ops.UART_ANY: self.serial.any,
            ops.UART_READ: self.serial.read,
            ops.WATCHDOG: self.watchdog.start,
            ops.BLE: self._ble_command,
            ops.BLE_TAKE: lambda a, b, payload: (0, self.ble.take()) if self.ble else _NO_BLE,
            **self._memories(rng),
        }

    def _memories(self, rng: Random) -> dict[int, Callable[[int, int, bytes], Answer | None]]:
        """What keeps or makes bytes: clock, flash, NVS, chance."""
        flash, nvs = self.flash, self.nvs
        return {
            ops.RTC: self._rtc_read,
            ops.RTC_SET: self._rtc_set,
            ops.RTC_MEMORY_GET: lambda a, b, payload: (0, self.rtc.memory),
            ops.RTC_MEMORY_SET: self._rtc_memory_set,
            ops.FLASH_READ: lambda a, place, payload: flash.read(place, struct.unpack("<H", payload)[0]),
            ops.FLASH_WRITE: lambda a, place, payload: (flash.write(place, payload), b""),
            ops.FLASH_ERASE: lambda a, block, payload: (flash.erase(block), b""),
            ops.NVS_GET: self._nvs_get,
            ops.NVS_SET: self._nvs_set,
            ops.NVS_ERASE: lambda a, b, key: _DONE if nvs.erase(key.decode()) else (errno.ENOENT, b""),
            ops.RANDOM: lambda a, n, payload: (0, rng.randbytes(n)),
            ops.NVS_COMMIT: lambda a, b, payload: nvs.commit(),
        }

    def serve(self, op: int, a: int, b: int, payload: bytes) -> Answer | None:
        """Do what the board asked; the answer, or None where none is expected."""
        return self._table[op](a, b, payload)

    def reset(self) -> None:
        """A reset: pins let go, the watchdog stopped, nobody listens, uncommitted NVS gone."""
        self.watchdog.reset()
        self.pins.reset()
        self.serial.reset()
        self.nvs.restart()
        if self.ble:
            self.ble.reset()

    def _ble_command(self, word: int, number: int, payload: bytes) -> Answer:
        return self.ble.command(word, number, payload) if self.ble else _NO_BLE

    def _rtc_read(self, _a: int, _b: int, _: bytes) -> Answer:
        return 0, struct.pack("<q", self.rtc.read(self._scheduler.now_us))

    def _rtc_set(self, _a: int, _b: int, payload: bytes) -> None:
        self.rtc.set(self._scheduler.now_us, struct.unpack("<q", payload)[0])

    def _rtc_memory_set(self, _a: int, _b: int, payload: bytes) -> Answer:
        self.rtc.memory = payload
        return _DONE

    def _nvs_get(self, _a: int, _b: int, key: bytes) -> Answer:
        value = self.nvs.get(key.decode())
        return (errno.ENOENT, b"") if value is None else (0, value)

    def _nvs_set(self, _a: int, _b: int, payload: bytes) -> Answer:
        end = 1 + payload[0]
        self.nvs.set(payload[1:end].decode(), payload[end:])
        return _DONE
