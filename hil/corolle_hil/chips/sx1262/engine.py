"""The SX1262's modes: sending, receiving, timers and interrupts (datasheet chapters 9 and 13.1)."""

from collections import Counter
from collections.abc import Callable

from corolle_hil.chips.sx1262.clocks import Clocks
from corolle_hil.chips.sx1262.commands import CommandStatus, Failed, Irq, Mode
from corolle_hil.chips.sx1262.modem import Modem
from corolle_hil.chips.sx1262.registers import Registers
from corolle_hil.chips.sx1262.settings import Settings
from corolle_hil.scheduler import Handle, Scheduler
from corolle_hil.world.air import Air
from corolle_hil.world.flight import Reception
from corolle_hil.world.lora import Signal
from corolle_hil.world.propagation import Position

# Switching times (datasheet table 8-2), in microseconds; a mode entered from itself costs what FS costs.
_SWITCH_US = {
    (Mode.STDBY_RC, Mode.STDBY_XOSC): 31,
    (Mode.STDBY_RC, Mode.FS): 50,
    (Mode.STDBY_RC, Mode.RX): 83,
    (Mode.STDBY_RC, Mode.TX): 126,
    (Mode.STDBY_XOSC, Mode.FS): 40,
    (Mode.STDBY_XOSC, Mode.RX): 62,
    (Mode.STDBY_XOSC, Mode.TX): 105,
    (Mode.FS, Mode.RX): 41,
    (Mode.FS, Mode.TX): 76,
    (Mode.RX, Mode.RX): 41,
    (Mode.RX, Mode.FS): 15,
    (Mode.RX, Mode.TX): 92,
}
_TIMEOUT_STEP_US = 15.625
_CONTINUOUS = 0xFFFFFF
_BEST_SNR_DB = 12.0  # a LoRa receiver's estimate saturates


class Engine:
    """What the chip is doing.

    `mistakes` counts what a correct driver never makes it see, by cause.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        air: Air,
        name: str,
        position: Position,
        clocks: Clocks,
        on_irq: Callable[[], None],
    ):
        self.clocks = clocks
        self.registers = Registers(scheduler.rng(f"sx1262 {name}"))
        self.modem = Modem(scheduler, air, name, position, self)
        self.mistakes: Counter[str] = Counter()
        self._scheduler = scheduler
        self._on_irq = on_irq
        self._timers: dict[str, Handle] = {}
        self.power_up()

    def power_up(self) -> None:
        """Everything as after power-up: STDBY_RC, nothing configured."""
        self._leave()
        self.settings = Settings()
        self.registers.reset()
        self.clocks.power_up()
        self.buffer = bytearray(256)
        self.mode = Mode.STDBY_RC
        self.status = CommandStatus.OK
        self.irq = 0
        self.rx_length = self.rx_start = self._rx_pointer = 0
        self.packet_status = b"\0\0\0"
        self.stats = [0, 0, 0]
        self._single = True

    @property
    def dio1(self) -> int:
        """Level of the interrupt pin."""
        return int(bool(self.irq & self.settings.dio1_mask))

    def clear_irq(self, mask: int) -> None:
        """Forget interrupts."""
        self.irq &= ~mask
        self._on_irq()

    def sleep(self) -> None:
        """Everything off."""
        self._leave()
        self.clocks.stop()
        self.mode = Mode.SLEEP

    def standby(self, mode: int) -> int:
        """STDBY_RC or STDBY_XOSC; returns how long the chip is busy (us)."""
        busy_us = self._depart(mode) if mode == Mode.STDBY_XOSC else 0
        if mode == Mode.STDBY_XOSC:
            self.clocks.start()
        else:
            self._leave()
            self.clocks.stop()
        self.mode = mode
        return busy_us

    def synthesise(self) -> int:
        """FS mode: the PLL runs. Returns how long the chip is busy (us)."""
        busy_us = self._depart(Mode.FS)
        self.clocks.start_pll()
        self.mode = Mode.FS
        return busy_us

    def transmit(self, timeout_steps: int) -> int:
        """Send what lies in the buffer; returns how long the chip is busy (us)."""
        busy_us = self._depart(Mode.TX) + self.settings.ramp_us
        start = self.settings.tx_base
        payload = (self.buffer + self.buffer)[start : start + self.settings.payload_length]
        signal = self.settings.signal(bytes(payload), self.registers.sync_word)
        self._check_transmission(signal)
        self.clocks.start_pll()
        self.mode = Mode.TX
        self._timer("start", busy_us, self._start_tx, signal, timeout_steps)
        return busy_us

    def receive(self, timeout_steps: int) -> int:
        """Listen: once, once with a time limit, or for good; returns how long the chip is busy (us)."""
        busy_us = self._depart(Mode.RX)
        wanted = self.settings.signal(b"", self.registers.sync_word)
        self.clocks.start_pll()
        if not self.clocks.covers(wanted.freq_hz):
            self.mistakes["set_rx: outside the calibrated band"] += 1
        self._check_iq(wanted)
        self.mode = Mode.RX
        self._single = timeout_steps != _CONTINUOUS
        self._rx_pointer = self.settings.rx_base
        self._timer("start", busy_us, self._start_rx, wanted, timeout_steps)
        return busy_us

    def on_preamble(self) -> None:
        """See Events."""
        self._cancel("symbols")
        if self.settings.stops_timer_on_preamble:
            self._cancel("timeout")
        self._raise(Irq.PREAMBLE_DETECTED)

    def on_header(self, valid: bool) -> None:
        """See Events."""
        if valid:
            self._cancel("timeout")
            self._raise(Irq.HEADER_VALID)
        else:
            self.stats[2] += 1
            self._raise(Irq.HEADER_ERR)

    def on_packet(self, payload: bytes, reception: Reception, crc_error: bool) -> None:
        """See Events."""
        self._store(payload, reception)
        self.stats[1 if crc_error else 0] += 1
        self.status = CommandStatus.DATA_AVAILABLE
        if self._single:
            self._fall_back(self.settings.fallback)
        self._raise(Irq.RX_DONE | (Irq.CRC_ERR if crc_error else 0))

    def _start_tx(self, signal: Signal, timeout_steps: int) -> None:
        airtime_us = self.modem.transmit(signal)
        self._timer("end", airtime_us, self._end_tx)
        if timeout_steps and timeout_steps * _TIMEOUT_STEP_US < airtime_us:
            self._timer("timeout", round(timeout_steps * _TIMEOUT_STEP_US), self._time_out)

    def _end_tx(self) -> None:
        self.modem.sent()
        self.status = CommandStatus.TX_DONE
        self._fall_back(self.settings.fallback)
        self._raise(Irq.TX_DONE)

    def _start_rx(self, wanted: Signal, timeout_steps: int) -> None:
        if self._single and timeout_steps:
            self._timer("timeout", round(timeout_steps * _TIMEOUT_STEP_US), self._time_out)
        if self._single and self.settings.symbol_timeout:
            self._timer("symbols", round(self.settings.symbol_timeout * wanted.symbol_us), self._time_out)
        self.modem.listen(wanted, self.registers.rx_boosted, self.settings.switch_loss_db)

    def _time_out(self) -> None:
        self._fall_back(Mode.STDBY_RC)
        self._raise(Irq.TIMEOUT)

    def _fall_back(self, mode: int) -> None:
        self._leave()
        if mode == Mode.STDBY_RC:
            self.clocks.stop()
        self.mode = mode

    def _store(self, payload: bytes, reception: Reception) -> None:
        self.rx_length, self.rx_start = len(payload), self._rx_pointer
        for offset, byte in enumerate(payload):
            self.buffer[(self.rx_start + offset) % 256] = byte
        self._rx_pointer = (self.rx_start + len(payload)) % 256
        snr_db = max(-32.0, min(_BEST_SNR_DB, reception.snr_db))
        self.packet_status = bytes(
            (half_db(reception.rssi_dbm), round(snr_db * 4) & 0xFF, half_db(reception.power_dbm))
        )

    def _check_transmission(self, signal: Signal) -> None:
        """Refuse what would not go out as meant, and count forgotten workarounds (datasheet chapter 15).

        Silicon does transmit outside the band of its image calibration. No correct driver asks for it, so
        here it fails loudly.
        """
        if signal.power_dbm == float("-inf"):
            raise Failed("amplifier not configured")
        if not self.settings.rf_switch:
            self.mistakes["set_tx: antenna switch not driven"] += 1
        if not self.registers.modulation_tuned and signal.bw_hz != 500_000:
            self.mistakes["set_tx: register 0x0889 not prepared"] += 1
        if not self.registers.clamp_raised:
            self.mistakes["set_tx: register 0x08D8 not prepared"] += 1
        self._check_iq(signal)
        if not self.clocks.covers(signal.freq_hz):
            raise Failed("outside the calibrated band")

    def _check_iq(self, signal: Signal) -> None:
        self.modem.iq_tuned = self.registers.iq_register_standard != signal.iq_inverted
        if not self.modem.iq_tuned:
            self.mistakes["register 0x0736 does not match the IQ"] += 1

    def _depart(self, mode: int) -> int:
        """Leave the present mode for `mode`; returns how long that takes."""
        switch_us = _SWITCH_US.get((self.mode, mode), 1) + self.clocks.startup_us
        self._leave()
        self.mode = Mode.STDBY_RC
        return switch_us

    def _leave(self) -> None:
        for handle in self._timers.values():
            handle.cancel()
        self._timers.clear()
        self.modem.stop()

    def _timer(self, name: str, delay_us: int, fn: Callable, *args: object) -> None:
        self._timers[name] = self._scheduler.after(delay_us, fn, *args)

    def _cancel(self, name: str) -> None:
        if name in self._timers:
            self._timers.pop(name).cancel()

    def _raise(self, bits: int) -> None:
        self.irq |= bits & self.settings.irq_mask
        self._on_irq()


def half_db(power_dbm: float) -> int:
    """A power as the chip reports it: in steps of -0.5 dBm (13.5.3)."""
    return max(0, min(255, round(-2 * power_dbm)))
