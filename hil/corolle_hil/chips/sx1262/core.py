"""The SX1262's command interpreter: each opcode to what it does, or why it is refused."""

import struct
from collections.abc import Callable

from corolle_hil.chips.sx1262.clocks import CALIBRATE_ALL_US, CALIBRATE_IMAGE_US
from corolle_hil.chips.sx1262.commands import Command, CommandStatus, Failed, Illegal, Mode
from corolle_hil.chips.sx1262.engine import Engine, half_db
from corolle_hil.chips.sx1262.registers import IQ_POLARITY, OCP
from corolle_hil.world.lora import noise_floor_dbm

_OCP_140_MA = 0x38
_SPI_SWITCH_US = 0  # TswMode of a command that changes no mode is 600 ns at most (datasheet 8.3.1)


class Core:
    """Executes commands on an engine."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self.warm_start = False

    def execute(self, command: Command, p: bytes) -> int:
        """Run a writing command; returns how long BUSY stays high (us). A refusal is counted by cause."""
        engine = self._engine
        try:
            self._check(command, p)
            engine.status = CommandStatus.OK
            action = getattr(engine.settings, command.name, None) or getattr(self, command.name)
            busy_us = action(p) or _SPI_SWITCH_US
            self._follow_up(command)
            return busy_us
        except Illegal as refusal:
            engine.status = CommandStatus.PROCESSING_ERROR
            engine.mistakes[f"{command.name}: {refusal.cause}"] += 1
        except Failed as failure:
            engine.standby(Mode.STDBY_RC)
            engine.status = CommandStatus.EXECUTION_FAILURE
            engine.mistakes[f"{command.name}: {failure.cause}"] += 1
        return _SPI_SWITCH_US

    def answer(self, command: Command, head: bytes) -> bytes:
        """The data of a reading command, after its status bytes; `head` is what was sent so far."""
        action: Callable[[bytes], bytes] = getattr(self, command.name)
        return action(head[1:])

    def _check(self, command: Command, p: bytes) -> None:
        short = len(p) < -command.length
        if short or (command.length >= 0 and len(p) != command.length):
            raise Illegal(f"{len(p)} parameter bytes")
        if command.modes is not None and self._engine.mode not in command.modes:
            raise Illegal("wrong mode")

    def _follow_up(self, command: Command) -> None:
        """What a setting entails in the chip besides being kept."""
        registers = self._engine.registers
        if command.name == "set_pa_config":
            registers.write(OCP, bytes([_OCP_140_MA]))
        elif command.name == "set_packet_params":
            # The polarity bit does not survive this command: hence the workaround after each of them.
            registers.write(IQ_POLARITY, bytes([registers.read(IQ_POLARITY) | 0x04]))
        elif command.name == "set_dio_irq_params":
            self._engine.clear_irq(0)

    def set_sleep(self, p: bytes) -> None:
        """13.1.1: bit 2 keeps the configuration."""
        if p[0] & ~0x05:
            raise Illegal("sleep configuration has bits 0 and 2")
        self.warm_start = bool(p[0] & 0x04)
        self._engine.sleep()

    def set_standby(self, p: bytes) -> int:
        """13.1.2."""
        if p[0] > 1:
            raise Illegal("standby configuration is 0 or 1")
        return self._engine.standby(Mode.STDBY_XOSC if p[0] else Mode.STDBY_RC)

    def set_fs(self, p: bytes) -> int:
        """13.1.3."""
        return self._engine.synthesise()

    def set_tx(self, p: bytes) -> int:
        """13.1.4."""
        return self._engine.transmit(int.from_bytes(p, "big"))

    def set_rx(self, p: bytes) -> int:
        """13.1.5."""
        return self._engine.receive(int.from_bytes(p, "big"))

    def calibrate(self, p: bytes) -> int:
        """13.1.12: all seven blocks take 3.5 ms."""
        if p[0] & 0x80:
            raise Illegal("bit 7 is reserved")
        startup_us = self._engine.clocks.startup_us
        self._engine.clocks.calibrate(p[0])
        return CALIBRATE_ALL_US * p[0].bit_count() // 7 + startup_us

    def calibrate_image(self, p: bytes) -> int:
        """13.1.13."""
        startup_us = self._engine.clocks.startup_us
        self._engine.clocks.calibrate_image(p[0], p[1])
        if self._engine.mode == Mode.STDBY_RC:
            self._engine.clocks.stop()
        return CALIBRATE_IMAGE_US + startup_us

    def set_dio3_as_tcxo_ctrl(self, p: bytes) -> None:
        """13.3.6."""
        self._engine.clocks.set_tcxo(p[0], int.from_bytes(p[1:], "big"))

    def write_register(self, p: bytes) -> None:
        """13.2.1."""
        address = int.from_bytes(p[:2], "big")
        if not self._engine.registers.holds(address, len(p) - 2):
            raise Illegal("no such register")
        self._engine.registers.write(address, p[2:])

    def write_buffer(self, p: bytes) -> None:
        """13.2.3: wraps at 256."""
        for offset, byte in enumerate(p[1:], p[0]):
            self._engine.buffer[offset % 256] = byte

    def clear_irq_status(self, p: bytes) -> None:
        """13.3.4."""
        self._engine.clear_irq(int.from_bytes(p, "big"))

    def clear_device_errors(self, p: bytes) -> None:
        """13.6.2."""
        self._engine.clocks.errors = 0

    def reset_stats(self, p: bytes) -> None:
        """13.5.6."""
        self._engine.stats = [0, 0, 0]

    def get_status(self, p: bytes) -> bytes:
        """13.5.1: the status byte is all there is."""
        return b""

    def read_register(self, p: bytes) -> bytes:
        """13.2.2."""
        address = int.from_bytes(p[:2], "big")
        return bytes(self._engine.registers.read(address + offset) for offset in range(256))

    def read_buffer(self, p: bytes) -> bytes:
        """13.2.4: wraps at 256."""
        return bytes(self._engine.buffer[p[0] :] + self._engine.buffer[: p[0]])

    def get_packet_type(self, p: bytes) -> bytes:
        """13.4.3."""
        return bytes([self._engine.settings.packet_type])

    def get_irq_status(self, p: bytes) -> bytes:
        """13.3.3."""
        return struct.pack(">H", self._engine.irq)

    def get_rx_buffer_status(self, p: bytes) -> bytes:
        """13.5.2."""
        return bytes((self._engine.rx_length, self._engine.rx_start))

    def get_packet_status(self, p: bytes) -> bytes:
        """13.5.3."""
        return self._engine.packet_status

    def get_rssi_inst(self, p: bytes) -> bytes:
        """13.5.4: nothing but noise is modelled between frames."""
        modulation = self._engine.settings.modulation
        bw_hz = modulation[1] if modulation else 125_000
        return bytes([half_db(noise_floor_dbm(bw_hz, self._engine.modem.noise_figure_db))])

    def get_stats(self, p: bytes) -> bytes:
        """13.5.5."""
        return struct.pack(">HHH", *(count & 0xFFFF for count in self._engine.stats))

    def get_device_errors(self, p: bytes) -> bytes:
        """13.6.1."""
        return struct.pack(">H", self._engine.clocks.errors)
