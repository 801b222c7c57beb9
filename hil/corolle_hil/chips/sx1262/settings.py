"""What the SX1262 has been told to be: each command's parameters with their legal values (datasheet 13)."""

import struct

from corolle_hil.chips.sx1262.commands import Failed, Illegal, Mode
from corolle_hil.world.lora import Signal

_LORA = 1
_BANDWIDTH_HZ = {
    0x00: 7_810,
    0x08: 10_420,
    0x01: 15_630,
    0x09: 20_830,
    0x02: 31_250,
    0x0A: 41_670,
    0x03: 62_500,
    0x04: 125_000,
    0x05: 250_000,
    0x06: 500_000,
}
# Highest output of the high-power amplifier by hpMax (datasheet table 13-21 and the steps between).
_PA_MAX_DBM = {0: -4, 1: 4, 2: 14, 3: 17, 4: 19, 5: 20, 6: 21, 7: 22}
_RAMP_US = (10, 20, 40, 80, 200, 800, 1700, 3400)
_FALLBACK = {0x20: Mode.STDBY_RC, 0x30: Mode.STDBY_XOSC, 0x40: Mode.FS}
_XTAL_HZ = 32_000_000
_SWITCH_LOSS_DB = 30.0  # what leaks through an antenna switch that nobody has turned


def _legal(condition: bool, cause: str) -> None:
    if not condition:
        raise Illegal(cause)


class Settings:
    """The configuration of the modem; `set_...` are the commands of the same name."""

    def __init__(self) -> None:
        self.packet_type = 0
        self.freq_hz: int | None = None
        self.modulation: tuple[int, int, int, bool] | None = None  # SF, bandwidth, coding rate, LDRO
        self.packet: tuple[int, bool, int, bool, bool] | None = None  # preamble, explicit, length, CRC, IQ
        self.pa_max_dbm: int | None = None
        self.tx_power_dbm: int | None = None
        self.ramp_us = 0
        self.rf_switch = False
        self.tx_base = 0
        self.rx_base = 0
        self.irq_mask = 0
        self.dio1_mask = 0
        self.fallback = Mode.STDBY_RC
        self.stops_timer_on_preamble = False
        self.symbol_timeout = 0

    def set_packet_type(self, p: bytes) -> None:
        """GFSK or LoRa; what belongs to the packet type must be set again afterwards (13.4.2)."""
        _legal(p[0] <= _LORA, "packet type is 0 or 1")
        self.packet_type = p[0]
        self.modulation = self.packet = None

    def set_rf_frequency(self, p: bytes) -> None:
        """In steps of 32 MHz / 2^25 (13.4.1)."""
        freq_hz = round(int.from_bytes(p, "big") * _XTAL_HZ / (1 << 25))
        _legal(150_000_000 <= freq_hz <= 960_000_000, "frequency is 150 to 960 MHz")
        self.freq_hz = freq_hz

    def set_modulation_params(self, p: bytes) -> None:
        """SF, bandwidth, coding rate, low data rate optimisation (13.4.5.2)."""
        _legal(self.packet_type == _LORA, "packet type is not LoRa")
        sf, bandwidth, coding_rate, low_data_rate = p
        _legal(5 <= sf <= 12, "SF is 5 to 12")
        _legal(bandwidth in _BANDWIDTH_HZ, "bandwidth unknown")
        _legal(1 <= coding_rate <= 4, "coding rate is 1 to 4")
        _legal(low_data_rate <= 1, "low data rate optimisation is 0 or 1")
        self.modulation = sf, _BANDWIDTH_HZ[bandwidth], 4 + coding_rate, bool(low_data_rate)

    def set_packet_params(self, p: bytes) -> None:
        """Preamble, header, length, CRC, IQ (13.4.6.2)."""
        _legal(self.packet_type == _LORA, "packet type is not LoRa")
        preamble, implicit, length, crc, inverted = struct.unpack(">HBBBB", p)
        _legal(preamble >= 1, "preamble is 1 to 65535 symbols")
        _legal(max(implicit, crc, inverted) <= 1, "header, CRC and IQ are 0 or 1")
        self.packet = preamble, not implicit, length, bool(crc), bool(inverted)

    def set_pa_config(self, p: bytes) -> None:
        """Amplifier (13.1.14): the SX1262 has the high-power one only, deviceSel 0."""
        duty_cycle, hp_max, device, lut = p
        _legal(device == 0 and lut == 1, "deviceSel is 0 and paLut 1 on an SX1262")
        _legal(duty_cycle <= 4, "paDutyCycle is at most 4")
        _legal(hp_max <= 7, "hpMax is at most 7")
        self.pa_max_dbm = _PA_MAX_DBM[hp_max]

    def set_tx_params(self, p: bytes) -> None:
        """Power and ramp time (13.4.4)."""
        power_dbm = p[0] - 256 if p[0] > 127 else p[0]
        _legal(-9 <= power_dbm <= 22, "power is -9 to 22 dBm")
        _legal(p[1] < len(_RAMP_US), "ramp time is 0 to 7")
        self.tx_power_dbm, self.ramp_us = power_dbm, _RAMP_US[p[1]]

    def set_dio2_as_rf_switch_ctrl(self, p: bytes) -> None:
        """DIO2 high while transmitting (13.3.5)."""
        _legal(p[0] <= 1, "enable is 0 or 1")
        self.rf_switch = bool(p[0])

    def set_regulator_mode(self, p: bytes) -> None:
        """LDO or DC-DC (13.1.11): a matter of current, which is not simulated."""
        _legal(p[0] <= 1, "regulator mode is 0 or 1")

    def set_buffer_base_address(self, p: bytes) -> None:
        """Where frames to send and received ones begin (13.4.8)."""
        self.tx_base, self.rx_base = p

    def set_dio_irq_params(self, p: bytes) -> None:
        """Which events are kept, and which of them DIO1 shows (13.3.1)."""
        self.irq_mask, self.dio1_mask = struct.unpack(">HH", p[:4])

    def set_rx_tx_fallback_mode(self, p: bytes) -> None:
        """Mode after a frame (13.1.15)."""
        _legal(p[0] in _FALLBACK, "fallback mode is 0x20, 0x30 or 0x40")
        self.fallback = _FALLBACK[p[0]]

    def stop_timer_on_preamble(self, p: bytes) -> None:
        """Whether a preamble stops the RX timer, or only a header does (13.1.7)."""
        _legal(p[0] <= 1, "stop on preamble is 0 or 1")
        self.stops_timer_on_preamble = bool(p[0])

    def set_lora_symb_num_timeout(self, p: bytes) -> None:
        """Symbols without a preamble after which a single reception ends; 0 is never (13.4.9)."""
        self.symbol_timeout = p[0]

    def signal(self, payload: bytes, sync_word: int) -> Signal:
        """The signal that a transmission sends, or that a reception waits for.

        Raises:
            Failed: something that it needs has never been set.
        """
        if self.freq_hz is None or self.modulation is None or self.packet is None:
            raise Failed("modem not configured")
        sf, bw_hz, coding_rate, low_data_rate = self.modulation
        preamble, explicit, _, crc, inverted = self.packet
        return Signal(
            self.freq_hz, sf, bw_hz, payload, self.radiated_dbm, coding_rate, preamble, inverted, sync_word,
            explicit, crc, low_data_rate,
        )  # fmt: skip

    @property
    def radiated_dbm(self) -> float:
        """Power behind the antenna switch: a power of 22 is what the amplifier's configuration reaches."""
        if self.pa_max_dbm is None or self.tx_power_dbm is None:
            return float("-inf")
        return self.tx_power_dbm - (22 - self.pa_max_dbm) - self.switch_loss_db

    @property
    def switch_loss_db(self) -> float:
        """What the antenna switch costs, both ways."""
        return 0.0 if self.rf_switch else _SWITCH_LOSS_DB

    @property
    def payload_length(self) -> int:
        """Bytes to send, or to expect without a header."""
        return self.packet[2] if self.packet else 0
