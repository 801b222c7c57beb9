"""ESP32-S3 (ESP32-S3 Series Datasheet v2.2; ESP-IDF 5.5 "GPIO & RTC GPIO"). No pin is input only."""

from corolle_tools.boards.mcu import Mcu

_DATASHEET = "ESP32-S3 datasheet v2.2"

ESP32_S3 = Mcu(
    name="ESP32-S3",
    ports=("ESP32_GENERIC_S3", "unix"),  # the simulation's chip is an S3, and its MicroPython the unix port
    gpios=frozenset((*range(22), *range(26, 49))),
    input_only=frozenset(),
    strapping={
        0: "boot mode, pulled up",
        3: "source of JTAG, floats",
        45: "voltage of the flash, pulled down",
        46: "boot mode and messages, pulled down",
    },
    flash=frozenset(range(26, 33)),
    psram=frozenset(range(33, 38)),
    psram_from_mb=8,  # octal; up to 2 MB is quad, and shares the flash's pins
    usb={19: "D-", 20: "D+"},
    console={43: "U0TXD", 44: "U0RXD"},
    jtag={39: "MTCK", 40: "MTDO", 41: "MTDI", 42: "MTMS"},
    adc1=frozenset(range(1, 11)),
    adc2=frozenset(range(11, 21)),
    rtc=frozenset(range(22)),
    pulled_up=frozenset((0, *range(26, 33), 39, 43, 44)),
    pulled_down=frozenset((45, 46)),
    high_glitch=frozenset((18, 19, 20)),
    ledc_channels=8,
    ledc_timers=4,
    ledc_bits=14,
    spi=(1, 2),
    i2c=(0, 1),
    uart=(1, 2),
    sources={
        "gpios": f"{_DATASHEET}, table 2-1",
        "input_only": f"{_DATASHEET}, table 2-1",
        "strapping": f"{_DATASHEET}, chapter 3",
        "flash": f"{_DATASHEET}, 2.6, and the schematic checklist of the hardware design guidelines",
        "usb": f"{_DATASHEET}, table 2-1: USB_PU",
        "console": "MicroPython's console is at UART0 too",
        "jtag": f"{_DATASHEET}, table 2-4",
        "adc": 'ESP-IDF, "ADC" of the ESP32-S3: ADC2 is used by Wi-Fi',
        "reset": f"{_DATASHEET}, tables 2-1 and 2-2",
        "ledc": 'ESP-IDF, "LED Control" of the ESP32-S3',
        "hosts": "MicroPython's ESP32 port: SPI 0 is the flash's",
    },
)
