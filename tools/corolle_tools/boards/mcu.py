"""What is known of a microcontroller: its pins, their state in reset, its timers and its hosts."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Mcu:
    """One chip. `sources`: the document and clause of each table, by the table's name.

    flash: pins at the SPI flash. psram: more of them, where so much PSRAM is fitted. strapping: what each is
    sampled for in reset. pulled_up, pulled_down: weakly, by the chip itself while it is in reset.
    high_glitch: driven high for a moment when the supply comes, whatever is connected. input_only: no output
    driver, and no pulls. adc2: cannot be read while Wi-Fi runs.
    """

    name: str
    ports: tuple[str, ...]
    gpios: frozenset[int]
    input_only: frozenset[int]
    strapping: Mapping[int, str]
    flash: frozenset[int]
    psram: frozenset[int]
    psram_from_mb: int
    usb: Mapping[int, str]
    console: Mapping[int, str]
    jtag: Mapping[int, str]
    adc1: frozenset[int]
    adc2: frozenset[int]
    rtc: frozenset[int]
    pulled_up: frozenset[int]
    pulled_down: frozenset[int]
    high_glitch: frozenset[int]
    ledc_channels: int
    ledc_timers: int
    ledc_bits: int
    spi: tuple[int, ...]
    i2c: tuple[int, ...]
    uart: tuple[int, ...]
    sources: Mapping[str, str]

    def memory(self, psram_mb: int) -> frozenset[int]:
        """Pins that flash and PSRAM have."""
        return self.flash | self.psram if psram_mb >= self.psram_from_mb else self.flash

    def reserved(self, psram_mb: int) -> frozenset[int]:
        """Pins that no part may have."""
        return self.memory(psram_mb) | frozenset((*self.usb, *self.console, *self.strapping))

    def remarks(self, gpio: int) -> list[str]:
        """What is special about a pin, in a few words each."""
        tables = {
            "input only": self.input_only,
            "ADC1": self.adc1,
            "ADC2": self.adc2,
            "RTC": self.rtc,
            "pulled up in reset": self.pulled_up,
            "pulled down in reset": self.pulled_down,
            "glitches high at power-up": self.high_glitch,
        }
        named = {"strapping": self.strapping, "JTAG": self.jtag, "USB": self.usb, "console": self.console}
        remarks = [f"{kind} ({table[gpio]})" for kind, table in named.items() if gpio in table]
        return remarks + [remark for remark, pins in tables.items() if gpio in pins]
