"""Which parts a unit can have, and by which drivers (boards/README.md tells of each)."""

from collections.abc import Mapping

from corolle_tools.boards.keys import Host, Key, Number, Pin

_COMMON = {"radio": ("sx1262",), "ble": ("bluetooth",), "presence": ("pir",)}

UNITS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "lamp": {
        "dimmer": ("pwm_dimmer", "dali"),
        "relay": ("relay",),
        "meter": ("bl0942",),
        "radar": ("ld2410",),
        "lux": ("veml7700",),
        "temperature": ("tmp117", "ntc"),
        "tilt": ("lis3dh",),
        "rtc": ("ds3231",),
        **_COMMON,
    },
    "canopy": {
        "valve": ("latching_valve", "solenoid"),
        "mist_valve": ("solenoid",),
        "purge_valve": ("solenoid",),
        "flow": ("flow_meter",),
        "mist_flow": ("flow_meter",),
        "leak": ("contact",),
        "wind": ("anemometer",),
        "air": ("sht45",),
        "soil": ("ads1115",),
        "tension": ("tensiometer",),
        "tank": ("level_loop",),
        "soil_temperature": ("ds18b20",),
        "water_temperature": ("ds18b20",),
        "battery": ("ina226",),
        "panel": ("ina226",),
        **_COMMON,
    },
}

# What a part is of no use without.
NEEDS: Mapping[str, tuple[str, ...]] = {"flow": ("valve",), "mist_flow": ("mist_valve", "purge_valve")}

BUSES: Mapping[str, Mapping[str, Key]] = {
    "spi": {
        "id": Host(),
        "sck": Pin("SCK", "out"),
        "mosi": Pin("MOSI", "out"),
        "miso": Pin("MISO"),
        "baudrate_hz": Number(1000, 40_000_000, "through the GPIO matrix an ESP32 gives 40 MHz at most"),
    },
    "i2c": {
        "id": Host(),
        "sda": Pin("SDA", "both", pull_up=True),
        "scl": Pin("SCL", "both", pull_up=True),
        "freq_hz": Number(10_000, 400_000, 'ESP-IDF, "I2C": 400 kHz at most'),
    },
    "uart": {
        "id": Host(),
        "tx": Pin("RX", "out"),  # the part's RX
        "rx": Pin("TX"),
        "baudrate": Number(300, 5_000_000, "the chip's UART gives 5 Mbaud at most"),
    },
}
