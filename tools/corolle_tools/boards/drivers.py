"""What each driver needs of a board, as its constructor and its chip's datasheet have it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from corolle_tools.boards.keys import Choice, Each, Key, Number, OnBus, Pin

_FEED = (("VCC", "3V3"), ("GND", "GND"))
_TO_GROUND = (("other end", "GND"),)
_CONVERTER = "ADS1115 datasheet, 7.5.1.1: its address, by ADDR"
_INPUT_MV = Number(0, 3300, "an ADS1115 on 3.3 V measures no more at an input")
_CHANNEL = Number(0, 3, "an ADS1115 has the inputs AIN0 to AIN3")
_SUPPLY = Choice(("mains", "tank"), "the line behind a valve hangs on the one or the other", optional=True)
_SHUNT = Number(100, 1_000_000, "the shunt in millionths of an ohm, 0.1 mohm to 1 ohm")


@dataclass(frozen=True)
class Driver:
    """A driver: `title` is what the part is called on paper, `feed` its supply, terminal by terminal.

    chip: the converter it is connected to, which parts of one address share; "" for what has its own. speeds:
    no others of its bus will do, or up to `fastest`, in Hz or baud, by the document `of_speed`. alone: nobody
    else on its bus. at_bus: its own names of the bus's pins, where they are not those of the bus; what is not
    among them stays open. straps: which of its pins make its address.
    """

    title: str
    keys: Mapping[str, Key]
    feed: tuple[tuple[str, str], ...] = _FEED
    chip: str = ""
    speeds: tuple[int, ...] = ()
    fastest: int = 0
    alone: bool = False
    of_speed: str = ""
    at_bus: Mapping[str, str] = field(default_factory=dict)
    straps: tuple[str, ...] = ()


def _i2c(
    title: str,
    addresses: tuple[int, ...],
    of: str,
    keys: dict[str, Key] | None = None,
    straps: tuple[str, ...] = (),
) -> Driver:
    common: dict[str, Key] = {"bus": OnBus("i2c"), "address": Choice(addresses, of, hexadecimal=True)}
    return Driver(title, common | (keys or {}), straps=straps)


def _at_converter(title: str, keys: dict[str, Key], feed: tuple[tuple[str, str], ...] = _FEED) -> Driver:
    common: dict[str, Key] = {
        "bus": OnBus("i2c"),
        "address": Choice((0x48, 0x49, 0x4A, 0x4B), _CONVERTER, hexadecimal=True),
    }
    return Driver(
        title,
        common | keys,
        feed,
        "ADS1115",
        straps=("ADDR",),
    )


_RADIO = Driver(
    "SX1262",
    {
        "bus": OnBus("spi"),
        "cs": Pin("NSS", "out", safe=1, else_="the radio listens to what boots on its bus", must=False),
        "busy": Pin("BUSY"),
        "dio1": Pin("DIO1"),
        "reset": Pin("NRESET", "out"),
        "tcxo_mv": Choice(
            (1600, 1700, 1800, 2200, 2400, 2700, 3000, 3300),
            "SX1261/2 datasheet rev. 2.1, table 13-35; left out with a crystal",
            optional=True,
        ),
    },
    fastest=16_000_000,
    of_speed="SX1261/2 datasheet rev. 2.1, table 8-1",
)

_LAMP = {
    "pwm_dimmer": Driver(
        "0-10 V converter",
        {
            "pin": Pin("PWM", "out", safe=1, else_="the lamp goes dark"),
            "freq_hz": Number(200, 40_000_000, "below 200 Hz light flickers; 40 MHz is the most of a PWM"),
            "zero_mv": Number(-500, 1000, "IEC 60929, annex E.2: 1 V is the minimum level, off is below"),
            "full_mv": Number(9500, 12_000, "IEC 60929, annex E.2: 10 V is full light"),
        },
    ),
    "dali": Driver(
        "DALI coupler",
        {
            "bus": OnBus("spi"),
            "inverted": Choice((False, True), "whether the receiver inverts", optional=True),
        },
        speeds=(100_000,),
        fastest=100_000,
        alone=True,
        of_speed="the driver samples the bus every 10 us (IEC 62386-101, 8.2.1)",
        at_bus={"mosi": "TX", "miso": "RX"},
    ),
    "relay": Driver(
        "relay, closed at rest",
        {
            "pin": Pin("coil driver", "out", safe=0, else_="the luminaire loses its supply"),
            "zero_cross_pin": Pin("zero crossing", optional=True),
            "close_ms": Number(0, 40, "from the drive to the contact, by the relay's datasheet", whole=False),
            "open_ms": Number(0, 40, "from the drive to the contact, by the relay's datasheet", whole=False),
            "hold_s": Number(0, 86_400, "how long it stays before it may switch off, up to a day"),
        },
        (("coil +", "5V"), ("VCC", "3V3"), ("GND", "GND")),
    ),
    "bl0942": Driver(
        "BL0942 meter, isolated",
        {
            "uart": OnBus("uart"),
            "address": Number(0, 3, "BL0942 datasheet, A1 and A2"),
            "shunt_uohm": _SHUNT,
            "divider": Number(100, 20_000, "how many times the mains is the voltage at the chip"),
        },
        speeds=(4800, 9600, 19_200, 38_400),
        alone=True,
        of_speed="BL0942 datasheet, UART",
    ),
    "pir": Driver("infrared sensor", {"pin": Pin("OUT")}),
    "ld2410": Driver(
        "LD2410 radar",
        {"uart": OnBus("uart"), "pin": Pin("OUT")},
        (("VCC", "5V"), ("GND", "GND")),
        speeds=(256_000,),
        alone=True,
        of_speed="LD2410 serial protocol, 256,000 baud as delivered",
    ),
    "veml7700": _i2c("VEML7700", (0x10,), "VEML7700 datasheet: it has this address alone"),
    "tmp117": _i2c(
        "TMP117", (0x48, 0x49, 0x4A, 0x4B), "TMP117 datasheet, table 7-1, by ADD0", straps=("ADD0",)
    ),
    "ntc": Driver(
        "thermistor",
        {
            "pin": Pin("middle", "analog"),
            "supply_mv": Number(1000, 3300, "what feeds the divider; a pin of an ESP32 bears 3.3 V"),
            "pullup_ohm": Number(100, 1_000_000, "the resistor to the supply"),
            "ntc_ohm": Number(100, 1_000_000, "the thermistor's at 25 C"),
            "beta": Number(1000, 6000, "the thermistor's datasheet, in kelvin"),
        },
    ),
    "lis3dh": _i2c("LIS3DH", (0x18, 0x19), "LIS3DH datasheet, 6.1.1, by SDO", {"pin": Pin("INT1")}, ("SDO",)),
    "ds3231": _i2c("DS3231", (0x68,), "DS3231 datasheet: it has this address alone"),
}

_CANOPY = {
    "sht45": _i2c("SHT45", (0x44, 0x45, 0x46), "SHT4x datasheet, 1: by the part's suffix"),
    "latching_valve": Driver(
        "H-bridge of the latching valve",
        {
            "open_pin": Pin("open", "out", safe=0, else_="the valve opens"),
            "close_pin": Pin("close", "out", safe=0, else_="the bridge is shorted with its other input"),
            "pulse_ms": Number(
                5, 500, "a shorter pulse does not move the plunger, a longer one heats the coil"
            ),
            "supply": _SUPPLY,
        },
        (("VM", "9V"), ("VCC", "3V3"), ("GND", "GND")),
    ),
    "solenoid": Driver(
        "solenoid valve's transistor",
        {
            "pin": Pin("gate", "out", safe=0, else_="the valve opens"),
            "supply": _SUPPLY,
        },
        (("coil +", "12V"), ("GND", "GND")),
    ),
    "flow_meter": Driver(
        "water meter's reed",
        {
            "pin": Pin("reed", pull_up=True),
            "litres_per_pulse": Number(0, 10, "what the meter's plate says", whole=False, above=True),
        },
        _TO_GROUND,
    ),
    "contact": Driver(
        "leak contact",
        {
            "pin": Pin("electrode", pull_up=True),
            "closed_is": Choice((0, 1), "1: the closed contact means water; 0: the open one does"),
        },
        _TO_GROUND,
    ),
    "anemometer": Driver(
        "anemometer's reed",
        {
            "pin": Pin("reed", pull_up=True),
            "m_s_per_hz": Number(
                0, 100, "wind at one closing a second, by its maker", whole=False, above=True
            ),
        },
        _TO_GROUND,
    ),
    "ads1115": _at_converter(
        "soil probes",
        {
            "channels": Each(_CHANNEL),
            "dry_mv": Each(_INPUT_MV),
            "wet_mv": Each(_INPUT_MV),
            "wet_vwc_pct": Each(Number(1, 100, "the share of water in saturated substrate, by volume")),
        },
    ),
    "tensiometer": _at_converter(
        "tensiometer",
        {
            "channel": _CHANNEL,
            "zero_mv": _INPUT_MV,
            "mv_per_kpa": Number(-100, 100, "by the sensor's datasheet", whole=False),
        },
    ),
    "level_loop": _at_converter(
        "tank's level, 4-20 mA",
        {
            "channel": _CHANNEL,
            "shunt_ohm": Number(0, 157, "21 mA must not give more than 3.3 V", whole=False, above=True),
            "empty_ma": Number(
                3.6, 21, "NAMUR NE 43: what lies beyond is a failure", whole=False, above=True
            ),
            "full_ma": Number(3.6, 21, "NAMUR NE 43: what lies beyond is a failure", whole=False, above=True),
        },
        (("loop +", "12V"),),  # the other end of the loop is the input
    ),
    "ds18b20": Driver("DS18B20", {"pin": Pin("DQ", "both", pull_up=True)}),
    "ina226": _i2c(
        "INA226",
        tuple(range(0x40, 0x50)),
        "INA226 datasheet, table 7-2, by A0 and A1",
        {"shunt_uohm": _SHUNT},
        ("A0", "A1"),
    ),
}

DRIVERS: Mapping[str, Driver] = {
    "sx1262": _RADIO,
    "bluetooth": Driver("Bluetooth of the controller", {}, ()),
    **_LAMP,
    **_CANOPY,
}
