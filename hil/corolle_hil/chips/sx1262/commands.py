"""What the SX1262 is told: opcodes, their parameters, and the bits it answers with (datasheet chapter 13)."""

from dataclasses import dataclass


class Illegal(Exception):
    """The chip refuses a command: `cause` is counted, the status byte says processing error (4)."""

    def __init__(self, cause: str):
        super().__init__(cause)
        self.cause = cause


class Failed(Exception):
    """The chip understood a command and could not execute it (status 5)."""

    def __init__(self, cause: str):
        super().__init__(cause)
        self.cause = cause


class Mode:
    """Chip modes, as the status byte has them (table 13-76); the chip asleep answers nothing."""

    SLEEP = 0
    STDBY_RC = 2
    STDBY_XOSC = 3
    FS = 4
    RX = 5
    TX = 6


class CommandStatus:
    """Command status, as the status byte has it (table 13-76)."""

    OK = 1
    DATA_AVAILABLE = 2
    TIMEOUT = 3
    PROCESSING_ERROR = 4
    EXECUTION_FAILURE = 5
    TX_DONE = 6


class Irq:
    """Interrupt bits (table 13-29)."""

    TX_DONE = 1 << 0
    RX_DONE = 1 << 1
    PREAMBLE_DETECTED = 1 << 2
    HEADER_VALID = 1 << 4
    HEADER_ERR = 1 << 5
    CRC_ERR = 1 << 6
    TIMEOUT = 1 << 9


class DeviceError:
    """Bits of GetDeviceErrors (table 13-85)."""

    PLL_CALIB = 1 << 2
    ADC_CALIB = 1 << 3
    IMG_CALIB = 1 << 4
    XOSC_START = 1 << 5
    PLL_LOCK = 1 << 6


@dataclass(frozen=True, slots=True)
class Command:
    """One opcode.

    Attributes:
        length: how many parameter bytes it takes; a negative one is the least number.
        modes: where it may be given; None is anywhere but asleep.
        skip: how many bytes a reading command sends before its data come; None for a writing one.
    """

    name: str
    length: int = 0
    modes: tuple[int, ...] | None = None
    skip: int | None = None


_STDBY_RC = (Mode.STDBY_RC,)
_STANDBY = (Mode.STDBY_RC, Mode.STDBY_XOSC)
_QUIET = (Mode.STDBY_RC, Mode.STDBY_XOSC, Mode.FS)

COMMANDS = {
    0x84: Command("set_sleep", 1, _STANDBY),
    0x80: Command("set_standby", 1),
    0xC1: Command("set_fs"),
    0x83: Command("set_tx", 3, (*_QUIET, Mode.RX)),
    0x82: Command("set_rx", 3, (*_QUIET, Mode.RX)),
    0x9F: Command("stop_timer_on_preamble", 1),
    0x96: Command("set_regulator_mode", 1, _STDBY_RC),
    0x89: Command("calibrate", 1, _STDBY_RC),
    0x98: Command("calibrate_image", 2, _STANDBY),
    0x95: Command("set_pa_config", 4, _QUIET),
    0x93: Command("set_rx_tx_fallback_mode", 1),
    0x0D: Command("write_register", -3),
    0x1D: Command("read_register", skip=4),
    0x0E: Command("write_buffer", -2),
    0x1E: Command("read_buffer", skip=3),
    0x08: Command("set_dio_irq_params", 8),
    0x12: Command("get_irq_status", skip=2),
    0x02: Command("clear_irq_status", 2),
    0x9D: Command("set_dio2_as_rf_switch_ctrl", 1, _STANDBY),
    0x97: Command("set_dio3_as_tcxo_ctrl", 4, _STDBY_RC),
    0x86: Command("set_rf_frequency", 4, _QUIET),
    0x8A: Command("set_packet_type", 1, _STDBY_RC),
    0x11: Command("get_packet_type", skip=2),
    0x8E: Command("set_tx_params", 2, _QUIET),
    0x8B: Command("set_modulation_params", 4, _QUIET),
    0x8C: Command("set_packet_params", 6, _QUIET),
    0x8F: Command("set_buffer_base_address", 2),
    0xA0: Command("set_lora_symb_num_timeout", 1),
    0xC0: Command("get_status", skip=1),
    0x15: Command("get_rssi_inst", skip=2),
    0x13: Command("get_rx_buffer_status", skip=2),
    0x14: Command("get_packet_status", skip=2),
    0x17: Command("get_device_errors", skip=2),
    0x07: Command("clear_device_errors", 2),
    0x10: Command("get_stats", skip=2),
    0x00: Command("reset_stats", 6),
}
