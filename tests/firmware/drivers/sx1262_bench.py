"""Wires to an SX1262 that records every transaction and answers reads as its datasheet says, and no more."""

import asyncio
import time

REGISTERS_AFTER_RESET = {0x0740: 0x14, 0x0741: 0x24, 0x0736: 0x0D, 0x0889: 0x01, 0x08D8: 0xC8, 0x08AC: 0x94}


class Wire:
    """A pin."""

    IN, OUT, IRQ_RISING = 0, 1, 2

    def __init__(self, level=0):
        self.level = level
        self.levels = []
        self.handler = print

    def init(self, mode, value=None):
        if value is not None:
            self.value(value)

    def irq(self, handler, trigger):
        assert trigger == self.IRQ_RISING
        self.handler = handler

    def value(self, level=None):
        if level is None:
            return self.level
        self.level = level
        self.levels.append(level)


class BusyWire(Wire):
    """High until a moment."""

    def __init__(self):
        super().__init__()
        self.until_us = time.ticks_us()
        self.stuck = False

    def value(self, level=None):
        return int(self.stuck or time.ticks_diff(self.until_us, time.ticks_us()) > 0)


class Bench:
    """Chip and wires; `radio` is made from them by the test."""

    def __init__(self):
        self.cs, self.busy, self.dio1, self.reset = Wire(), BusyWire(), Wire(), Wire()
        self.sent = []  # every transaction, as bytes on MOSI
        self.registers = dict(REGISTERS_AFTER_RESET)
        self.irq = 0
        self.errors = 0
        self.mode = 2  # STDBY_RC
        self.frame = b""
        self.frame_offset = 0
        self.packet_status = b"\x00\x00\x00"
        self.outcomes = []  # for each SetTx or SetRx: (after ms, interrupt bits, whether DIO1 rises)
        self.busy_us = 0

    def write_readinto(self, out, into):
        assert self.cs.level == 0, "transaction without NSS"
        assert not self.busy.value(), "transaction while BUSY"
        data = bytes(out)
        self.sent.append(data)
        answer = self._answer(data)
        into[: len(answer)] = answer
        if self.busy_us:
            self.busy.until_us = time.ticks_add(time.ticks_us(), self.busy_us)

    def commands(self, *opcodes):
        """What was sent with these opcodes, in order."""
        return [data for data in self.sent if data[0] in opcodes]

    def raise_interrupt(self, irq, on_dio1=True):
        self.irq |= irq
        if on_dio1:
            self.dio1.handler(self.dio1)

    def _answer(self, data):
        opcode = data[0]
        status = bytes((0, self.mode << 4 | 2))
        if opcode == 0x1D:
            return bytes(4) + bytes((self.registers.get(data[1] << 8 | data[2], 0),))
        if opcode == 0x0D:
            for i in range(3, len(data)):
                self.registers[(data[1] << 8 | data[2]) + i - 3] = data[i]
        if opcode == 0x12:
            return status + self.irq.to_bytes(2, "big")
        if opcode == 0x02:
            self.irq &= ~(data[1] << 8 | data[2])
        if opcode == 0x13:
            return status + bytes((len(self.frame), self.frame_offset))
        if opcode == 0x14:
            return status + self.packet_status
        if opcode == 0x17:
            return status + self.errors.to_bytes(2, "big")
        if opcode == 0x1E:
            assert data[1] == self.frame_offset
            return bytes(3) + self.frame
        if opcode == 0x80:
            self.mode = 2
        if opcode in (0x82, 0x83):
            self.mode = 5 if opcode == 0x82 else 6
            if self.outcomes:
                self.after(*self.outcomes.pop(0))
        return b""

    def after(self, after_ms, irq, on_dio1):
        """An interrupt to come."""
        self._task = asyncio.create_task(self._later(after_ms, irq, on_dio1))

    async def _later(self, after_ms, irq, on_dio1):
        await asyncio.sleep_ms(after_ms)
        self.raise_interrupt(irq, on_dio1)
