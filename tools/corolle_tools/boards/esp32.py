"""ESP32 (ESP32 Series Datasheet; ESP-IDF 5.5 "GPIO & RTC GPIO"; Technical Reference Manual)."""

from corolle_tools.boards.mcu import Mcu

_DATASHEET = "ESP32 datasheet"

ESP32 = Mcu(
    name="ESP32",
    ports=("ESP32_GENERIC",),
    gpios=frozenset((*range(20), 21, 22, 23, 25, 26, 27, *range(32, 40))),
    input_only=frozenset(range(34, 40)),
    strapping={
        0: "boot mode, pulled up",
        2: "boot mode, pulled down",
        5: "timing of SDIO, pulled up",
        12: "voltage of the flash, pulled down",
        15: "boot messages, pulled up",
    },
    flash=frozenset(range(6, 12)),
    psram=frozenset((16, 17)),  # chip select and clock, in a WROVER
    psram_from_mb=1,
    usb={},
    console={1: "U0TXD", 3: "U0RXD"},
    jtag={12: "MTDI", 13: "MTCK", 14: "MTMS", 15: "MTDO"},
    adc1=frozenset(range(32, 40)),
    adc2=frozenset((0, 2, 4, 12, 13, 14, 15, 25, 26, 27)),
    rtc=frozenset((0, 2, 4, 12, 13, 14, 15, 25, 26, 27, *range(32, 40))),
    pulled_up=frozenset((0, 1, 3, 5, 14, 15)),
    pulled_down=frozenset((2, 4, 12)),
    high_glitch=frozenset(),
    ledc_channels=16,
    ledc_timers=8,
    ledc_bits=20,
    spi=(1, 2),
    i2c=(0, 1),
    uart=(1, 2),
    sources={
        "gpios": 'ESP-IDF, "GPIO Summary" of the ESP32',
        "input_only": 'ESP-IDF, "GPIO Summary" of the ESP32: GPIO34 to GPIO39',
        "strapping": f"{_DATASHEET}, Strapping Pins",
        "flash": 'ESP-IDF, "GPIO Summary" of the ESP32: SPI0/1',
        "usb": _DATASHEET,
        "console": "MicroPython's console is at UART0",
        "jtag": 'ESP-IDF, "GPIO Summary" of the ESP32',
        "adc": 'ESP-IDF, "ADC" of the ESP32: ADC2 is used by Wi-Fi',
        "reset": "ESP32 Technical Reference Manual, IO_MUX pad list",
        "ledc": 'ESP-IDF, "LED Control" of the ESP32',
        "hosts": "MicroPython's ESP32 port: SPI 0 is the flash's",
    },
)
