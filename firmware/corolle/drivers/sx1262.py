"""Semtech SX1262 LoRa transceiver for 863-870 MHz (SX1261/2 datasheet rev. 2.1).

Frames have an explicit header and coding rate 4/5. What a node sends (an uplink) has standard IQ and a CRC;
what it hears (a downlink) has inverted IQ, and its header says whether there is a CRC (LoRaWAN RP002, 3).
"""

import asyncio
import time
from collections import namedtuple

from corolle.drivers.sx1262_port import CommandPort, RadioError
from corolle.wire.airtime import airtime_us, low_data_rate
from corolle.wire.compat import const

__all__ = ("SX1262", "RadioError", "Reception")

# Opcodes, chapter 13; the table there gives each one's parameters.
_CLEAR_IRQ_STATUS = const(0x02)
_CLEAR_DEVICE_ERRORS = const(0x07)
_SET_DIO_IRQ_PARAMS = const(0x08)
_GET_IRQ_STATUS = const(0x12)
_GET_RX_BUFFER_STATUS = const(0x13)
_GET_PACKET_STATUS = const(0x14)
_GET_DEVICE_ERRORS = const(0x17)
_SET_STANDBY = const(0x80)
_SET_RX = const(0x82)
_SET_TX = const(0x83)
_SET_SLEEP = const(0x84)
_SET_RF_FREQUENCY = const(0x86)
_CALIBRATE = const(0x89)
_SET_PACKET_TYPE = const(0x8A)
_SET_MODULATION_PARAMS = const(0x8B)
_SET_PACKET_PARAMS = const(0x8C)
_SET_TX_PARAMS = const(0x8E)
_SET_BUFFER_BASE_ADDRESS = const(0x8F)
_SET_PA_CONFIG = const(0x95)
_SET_REGULATOR_MODE = const(0x96)
_SET_DIO3_AS_TCXO_CTRL = const(0x97)
_CALIBRATE_IMAGE = const(0x98)
_SET_DIO2_AS_RF_SWITCH = const(0x9D)

# Registers, table 12-1.
_IQ_POLARITY = const(0x0736)
_SYNC_WORD = const(0x0740)
_TX_MODULATION = const(0x0889)
_RX_GAIN = const(0x08AC)
_TX_CLAMP = const(0x08D8)

# Interrupts, table 13-29.
_TX_DONE = const(0x0001)
_RX_DONE = const(0x0002)
_HEADER_ERROR = const(0x0020)
_CRC_ERROR = const(0x0040)
_TIMEOUT = const(0x0200)
_ALL = const(0x03FF)
_ON_DIO1 = const(0x0203)  # what ends something; the errors are read along with it
_ENABLED = const(0x0263)

_STDBY_RC = const(0)
_LORA = const(1)
_WARM_START = const(0x04)
_STEPS_PER_MS = const(64)  # 13.1.4: timers run in steps of 15.625 us
_CONTINUOUS = const(0xFFFFFF)
_TCXO_START_MS = const(5)
_TCXO_MV = (1600, 1700, 1800, 2200, 2400, 2700, 3000, 3300)  # table 13-35
_BANDWIDTHS = {125_000: 4, 250_000: 5, 500_000: 6}  # table 13-48
_PREAMBLE_SYMBOLS = const(8)
_SLACK_MS = const(20)
_MODE_RX = const(5)  # chip mode in the status byte, table 13-76

# snr_db in whole dB; tick_ms when the frame was complete.
Reception = namedtuple("Reception", ("payload", "rssi_dbm", "snr_db", "tick_ms"))


class SX1262:
    """One radio. The constructor resets and probes it: RadioError when it is not there or not healthy.

    spi: bus in mode 0. cs, busy, dio1, reset: pins. tcxo_mv: supply of a TCXO on DIO3, None for a crystal.
    All times are ticks of time.ticks_ms(). One task at a time may transmit, receive or wait.
    """

    def __init__(self, spi, cs, *, busy, dio1, reset, tcxo_mv=None):
        if tcxo_mv is not None and tcxo_mv not in _TCXO_MV:
            raise ValueError(f"tcxo_mv = {tcxo_mv} is not one of {_TCXO_MV}")
        self._port = CommandPort(spi, cs, busy, reset)
        self._tcxo_mv = tcxo_mv
        self.startup_ms = 0 if tcxo_mv is None else _TCXO_START_MS
        self.counts = {"bad crc": 0, "bad header": 0, "late irq": 0}
        self._flag = asyncio.ThreadSafeFlag()
        self._dio1_tick = None
        self._mode = 0  # of the chip when it was last asked for interrupts
        dio1.init(dio1.IN)
        dio1.irq(self._on_dio1, dio1.IRQ_RISING)
        self.reset()

    def reset(self) -> None:
        """Reset, probe, calibrate and configure anew. RadioError says what is wrong."""
        self._port.reset()
        self._probe()
        self._start_oscillator()
        port = self._port
        port.command(_SET_REGULATOR_MODE, 1)  # DC-DC, 13.1.11
        port.command(_CALIBRATE_IMAGE, 0xD7, 0xDB)  # 863-870 MHz, table 9-2
        self._check_errors()
        port.command(_SET_DIO2_AS_RF_SWITCH, 1)  # 13.3.5
        port.command(_SET_PACKET_TYPE, _LORA)
        port.command(_SET_BUFFER_BASE_ADDRESS, 0, 0)
        port.write_register(_SYNC_WORD, 0x34, 0x44)  # a public network: LoRaWAN
        port.change_register(_TX_CLAMP, 0, 0x1E)  # 15.2: survive an antenna mismatch
        port.command(_SET_PA_CONFIG, 0x04, 0x07, 0x00, 0x01)  # table 13-21: SX1262 up to +22 dBm
        port.command(_SET_DIO_IRQ_PARAMS, *_words(_ENABLED, _ON_DIO1, 0, 0))

    def sleep(self) -> None:
        """The state of least current; any other call wakes the chip, which has kept its configuration."""
        self._standby()
        self._port.sleep(_SET_SLEEP, _WARM_START)

    def sync_word(self) -> int:
        """0x3444 since reset(), unless the chip has lost its supply. One that sleeps sleeps on."""
        asleep = self._port.asleep
        word = self._sync_word()
        if asleep:
            self._port.sleep(_SET_SLEEP, _WARM_START)
        return word

    def wake(self) -> None:
        """End the pause() or heard() that runs, if one does."""
        self._flag.set()

    async def pause(self, timeout_ms: int) -> bool:
        """Wait for an interrupt or wake(), at most so long; whether one came."""
        try:
            await asyncio.wait_for_ms(self._flag.wait(), timeout_ms)
        except asyncio.TimeoutError:  # noqa: UP041  (not a builtin in MicroPython)
            return False
        return True

    async def transmit(self, payload: bytes, freq_hz: int, sf: int, bw_hz: int, power_dbm: int):
        """Send an uplink frame; returns the tick at which its last symbol ended.

        RadioError when the chip does not finish in time. ValueError for what the chip cannot send.
        """
        if not 1 <= len(payload) <= 255:
            raise ValueError(f"payload of {len(payload)} bytes is outside 1..255")
        if not -9 <= power_dbm <= 22:
            raise ValueError(f"power_dbm = {power_dbm} is outside -9..22")
        self._configure(freq_hz, sf, bw_hz, len(payload), uplink=True)
        port = self._port
        port.change_register(_TX_MODULATION, 0x04, 0 if bw_hz == 500_000 else 0x04)  # 15.1
        port.command(_SET_TX_PARAMS, power_dbm & 0xFF, 0x04)  # ramp of 200 us
        port.write_buffer(payload)
        airtime_ms = airtime_us(len(payload), sf, bw_hz) // 1000 + self.startup_ms
        self._forget_interrupts()
        start = time.ticks_ms()
        port.command(_SET_TX, *_word24((airtime_ms + 2 * _SLACK_MS) * _STEPS_PER_MS))
        irq = await self._interrupt(time.ticks_add(start, airtime_ms + _SLACK_MS))
        if not irq & _TX_DONE:
            raise RadioError(f"SX1262: no TxDone {airtime_ms + _SLACK_MS} ms after SetTx")
        # Without its interrupt the end is known from the beginning.
        return time.ticks_add(start, airtime_ms) if self._dio1_tick is None else self._dio1_tick

    async def receive(self, freq_hz: int, sf: int, bw_hz: int, timeout_ms: int, start_tick=None):
        """Wait for one downlink: a Reception, or None: no header in `timeout_ms`, or a wrong CRC.

        `start_tick`: when to be listening; everything is prepared before. RadioError when the chip hangs.
        """
        self._configure(freq_hz, sf, bw_hz, 255, uplink=False)
        if start_tick is not None:
            lead_ms = time.ticks_diff(start_tick, time.ticks_ms()) - self.startup_ms
            await asyncio.sleep_ms(max(lead_ms, 0))
        self._forget_interrupts()
        start = time.ticks_ms()
        self._port.command(_SET_RX, *_word24(timeout_ms * _STEPS_PER_MS))
        patience_ms = timeout_ms + self.startup_ms + _SLACK_MS
        irq = await self._interrupt(time.ticks_add(start, patience_ms))
        if not irq:  # a header stops the chip's timer (13.1.7): a frame is coming in
            patience_ms += airtime_us(255, sf, bw_hz) // 1000
            irq = await self._interrupt(time.ticks_add(start, patience_ms))
        if not irq:
            raise RadioError(f"SX1262: no end of reception {patience_ms} ms after SetRx")
        return self._reception(irq)

    def listen(self, freq_hz: int, sf: int, bw_hz: int) -> None:
        """Receive downlinks until something else is asked for; heard() tells them."""
        self._configure(freq_hz, sf, bw_hz, 255, uplink=False)
        self._forget_interrupts()
        self._port.command(_SET_RX, *_word24(_CONTINUOUS))

    async def heard(self, timeout_ms: int):
        """After listen(): the next Reception, or None after `timeout_ms`, wake() or a frame with a wrong CRC.

        The chip is asked even when no interrupt came. RadioError when it is no longer receiving.
        """
        called = await self.pause(timeout_ms)
        irq = self._take_interrupts(called)
        if not called and self._mode != _MODE_RX:
            raise RadioError(f"SX1262: in mode {self._mode}, not receiving: it was reset or lost its supply")
        return self._reception(irq)

    def _on_dio1(self, pin) -> None:
        self._dio1_tick = time.ticks_ms()
        self._flag.set()

    def _probe(self) -> None:
        """After a reset the sync word is that of private networks, table 12-1."""
        self._standby()
        found = self._sync_word()
        if found != 0x1424:
            raise RadioError(f"SX1262 not found (sync word 0x{found:04x}); check SPI, cs and reset")

    def _sync_word(self) -> int:
        return self._port.read_register(_SYNC_WORD) << 8 | self._port.read_register(_SYNC_WORD + 1)

    def _start_oscillator(self) -> None:
        """A TCXO has no supply before DIO3 is told, so the start-up calibration failed (13.3.6)."""
        if self._tcxo_mv is None:
            return
        delay = _word24(_TCXO_START_MS * _STEPS_PER_MS)
        self._port.command(_SET_DIO3_AS_TCXO_CTRL, _TCXO_MV.index(self._tcxo_mv), *delay)
        self._port.command(_CLEAR_DEVICE_ERRORS, 0, 0)
        self._port.command(_CALIBRATE, 0x7F)

    def _check_errors(self) -> None:
        """GetDeviceErrors, table 13-85."""
        answer = self._port.query(_GET_DEVICE_ERRORS, 2)
        errors = answer[1] << 8 | answer[2]
        if errors:
            raise RadioError(f"SX1262: device errors 0x{errors:04x} after calibration; check tcxo_mv")

    def _standby(self) -> None:
        self._port.command(_SET_STANDBY, _STDBY_RC)

    def _configure(self, freq_hz: int, sf: int, bw_hz: int, length: int, uplink: bool) -> None:
        """Frequency, modulation and packet, in standby."""
        if not 863_000_000 <= freq_hz <= 870_000_000:
            raise ValueError(f"freq_hz = {freq_hz} is outside 863000000..870000000")
        optimised = low_data_rate(sf, bw_hz)
        self._standby()
        port = self._port
        steps = (freq_hz << 14) // 15625  # 13.4.1: freq * 2**25 / 32 MHz
        port.command(_SET_RF_FREQUENCY, *_words(steps >> 16, steps & 0xFFFF))
        port.command(_SET_MODULATION_PARAMS, sf, _BANDWIDTHS[bw_hz], 1, int(optimised))
        inverted = 0 if uplink else 1
        port.command(_SET_PACKET_PARAMS, 0, _PREAMBLE_SYMBOLS, 0, length, int(uplink), inverted)
        port.change_register(_IQ_POLARITY, 0x04, 0 if inverted else 0x04)  # 15.4
        if not uplink:
            port.write_register(_RX_GAIN, 0x96)  # boosted; not kept in sleep (9.6)

    def _forget_interrupts(self) -> None:
        self._port.command(_CLEAR_IRQ_STATUS, *_words(_ALL))
        self._dio1_tick = None
        self._flag.clear()

    async def _interrupt(self, deadline) -> int:
        """The interrupts that ended something, or 0 at the deadline."""
        while True:
            left_ms = time.ticks_diff(deadline, time.ticks_ms())
            called = await self.pause(max(left_ms, 0))
            irq = self._take_interrupts(called)
            if irq & _ON_DIO1 or left_ms <= 0:
                return irq & (_ON_DIO1 | _CRC_ERROR)

    def _take_interrupts(self, called: bool) -> int:
        """Read and clear what the chip has to say (GetIrqStatus; GetStatus would disturb it)."""
        answer = self._port.query(_GET_IRQ_STATUS, 2)
        irq = answer[1] << 8 | answer[2]
        if answer[0] in (0x00, 0xFF):
            raise RadioError(f"SX1262 does not answer: status 0x{answer[0]:02x}")
        self._mode = answer[0] >> 4 & 0x07
        if irq:
            self._port.command(_CLEAR_IRQ_STATUS, *_words(irq))
        self.counts["bad crc"] += bool(irq & _CRC_ERROR)
        self.counts["bad header"] += bool(irq & _HEADER_ERROR)
        self.counts["late irq"] += bool(irq & _ON_DIO1 and not called)
        return irq

    def _reception(self, irq: int):
        if not irq & _RX_DONE or irq & _CRC_ERROR:
            return None
        tick = time.ticks_ms() if self._dio1_tick is None else self._dio1_tick
        answer = self._port.query(_GET_RX_BUFFER_STATUS, 2)
        length, offset = answer[1], answer[2]
        payload = self._port.read_buffer(offset, length)
        answer = self._port.query(_GET_PACKET_STATUS, 3)
        snr = answer[2] - 256 if answer[2] > 127 else answer[2]  # 13.5.3: SNR * 4, RSSI * -2
        return Reception(payload, -(answer[1] // 2), snr // 4, tick)


def _words(*values: int) -> bytes:
    return b"".join(value.to_bytes(2, "big") for value in values)


def _word24(value: int) -> bytes:
    return value.to_bytes(3, "big")
