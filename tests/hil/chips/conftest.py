"""A radio under test, held by a host that speaks SPI as a controller does."""

from collections.abc import Callable

import pytest
from corolle_hil.chips.sx1262 import Sx1262
from corolle_hil.ports import Line
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.air import Air
from corolle_hil.world.propagation import Position, Propagation

# What brings a radio with a 1.8 V TCXO to 868.1 MHz, SF9, 14 dBm, public LoRaWAN: datasheet chapter 14.
SETUP = (
    "80 00",
    "97 02 00 01 40",
    "07 00 00",
    "89 7F",
    "98 D7 DB",
    "9D 01",
    "8A 01",
    "8F 00 80",
    "95 04 07 00 01",
    "8E 0E 04",
    "0D 07 40 34 44",
    "0D 08 89 05",
    "0D 08 D8 DE",
    "08 03 FF 03 FF 00 00 00 00",
)


class Host:
    """Drives a radio's pins."""

    def __init__(self, scheduler: Scheduler, air: Air, name: str, x_m: float, tcxo_mv: int | None):
        self.scheduler = scheduler
        self.cs, self.busy, self.dio1, self.reset = (Line(gpio) for gpio in (8, 13, 14, 12))
        self.radio = Sx1262(
            scheduler,
            air,
            name,
            Position(x_m, 0.0),
            cs=self.cs,
            busy=self.busy,
            dio1=self.dio1,
            reset=self.reset,
            tcxo_mv=tcxo_mv,
        )

    def wait(self, us: int) -> None:
        """Let time pass."""
        self.scheduler.run(self.scheduler.now_us + us)

    def wait_ready(self) -> int:
        """Wait for BUSY to fall; returns how long it took (us)."""
        begun_us = self.scheduler.now_us
        while self.busy.level:
            self.wait(1)
        return self.scheduler.now_us - begun_us

    def raw(self, text: str) -> bytes:
        """One transaction, whatever BUSY says."""
        self.radio.select()
        answer = self.radio.transfer(bytes.fromhex(text))
        self.radio.deselect()
        return answer

    def send(self, *commands: str) -> bytes:
        """Transactions, each when the chip is ready; the last one's answer."""
        answer = b""
        for text in commands:
            self.wait_ready()
            answer = self.raw(text)
        return answer

    def set_up(
        self, freq_hz: int = 868_100_000, sf: int = 9, inverted: bool = False, length: int = 5
    ) -> None:
        """Configure for a frame."""
        self.send(*SETUP, f"86 {round(freq_hz * 2**25 / 32e6):08x}")
        self.send(f"8B {sf:02x} 04 01 {int(sf > 10):02x}", f"8C 00 08 00 {length:02x} 01 {int(inverted):02x}")
        self.send("0D 07 36 09" if inverted else "0D 07 36 0D")

    @property
    def irq(self) -> int:
        """GetIrqStatus."""
        return int.from_bytes(self.send("12 00 00 00")[2:], "big")

    @property
    def errors(self) -> int:
        """GetDeviceErrors."""
        return int.from_bytes(self.send("17 00 00 00")[2:], "big")

    @property
    def mode(self) -> int:
        """Chip mode of the status byte."""
        return self.send("C0 00")[1] >> 4 & 7

    @property
    def command_status(self) -> int:
        """Command status of the status byte."""
        return self.send("C0 00")[1] >> 1 & 7


@pytest.fixture
def scheduler() -> Scheduler:
    """A street of its own."""
    return Scheduler(seed=1)


@pytest.fixture
def host(scheduler: Scheduler) -> Callable[..., Host]:
    """Make a radio at a place; all of a test share one air without shadowing."""
    air = Air(scheduler, Propagation(scheduler.rng, shadowing_db=0.0))

    def make(name: str = "a", x_m: float = 0.0, tcxo_mv: int | None = 1800) -> Host:
        return Host(scheduler, air, name, x_m, tcxo_mv)

    return make
