"""From a board's definition to buses, pins and drivers. Drivers are imported when a part is fitted: RAM."""

from machine import ADC, I2C, PWM, SPI, UART, Pin

_VALVES = ("latching_valve", "solenoid")


class Wiring:
    """`definition` is what board.json holds; KeyError or ValueError: an entry is missing or impossible."""

    def __init__(self, definition: dict):
        self._buses = definition.get("buses", {})
        self._fitted = definition.get("fitted", {})
        self._made: dict = {}

    def part(self, name: str, driver: str = "") -> dict | None:
        """The entry of a part, None when it is not fitted. ValueError when it wants another driver."""
        entry = self._fitted.get(name)
        if entry is not None and driver and entry["driver"] != driver:
            raise ValueError(f"board: fitted.{name}.driver = {entry['driver']!r} is not {driver}")
        return entry

    def listed(self) -> str:
        """All that is fitted, part after part as name@bus; "name@" hangs on pins of its own."""
        parts = ((name, entry) for name, entry in self._fitted.items() if isinstance(entry, dict))
        return " ".join(f"{name}@{entry.get('bus') or entry.get('uart') or ''}" for name, entry in parts)

    def bus(self, name: str):
        """An I2C or SPI bus; made once."""
        if name not in self._made:
            if name not in self._buses:
                raise ValueError(f"board: buses has no {name!r}")
            self._made[name] = _make_bus(self._buses[name])
        return self._made[name]

    def dimmer(self):
        """The lamp's dimmer, or None. OSError: a control gear does not answer."""
        entry = self._fitted.get("dimmer")
        if entry is None:
            return None
        if entry["driver"] == "dali":
            from corolle.drivers.dali_bus import DaliBus
            from corolle.drivers.dali_gear import DaliGear

            return DaliGear(DaliBus(self.bus(entry["bus"]), entry.get("inverted", False)))
        self.part("dimmer", "pwm_dimmer")
        from corolle.drivers.pwm_dimmer import PwmDimmer

        return PwmDimmer(Pin(entry["pin"]), PWM, entry["freq_hz"], entry["zero_mv"], entry["full_mv"])

    def relay(self):
        """The relay in the luminaire's supply, or None."""
        entry = self.part("relay", "relay")
        if entry is None:
            return None
        from corolle.drivers.relay import Relay

        crossing = Pin(entry["zero_cross_pin"]) if "zero_cross_pin" in entry else None
        return Relay(Pin(entry["pin"]), crossing, entry["close_ms"], entry["open_ms"], entry["hold_s"])

    def presence(self, on_change):
        """The presence sensor, or None."""
        entry = self.part("presence", "pir")
        if entry is None:
            return None
        from corolle.drivers.pir import Pir

        return Pir(Pin(entry["pin"]), on_change)

    def radar(self, on_change):
        """The presence radar, or None. OSError: it does not answer."""
        entry = self.part("radar", "ld2410")
        if entry is None:
            return None
        from corolle.drivers.ld2410 import LD2410

        return LD2410(self.bus(entry["uart"]), Pin(entry["pin"]), on_change)

    def lamp_sensors(self) -> dict:
        """What a lamp's Sensors are made of: name to (driver, its arguments)."""
        made = {
            "meter": self._meter(),
            "lux": self._lux(),
            "temperature": self._temperature(),
            "tilt": self._tilt(),
        }
        return {name: made[name] for name in made if made[name]}

    def _meter(self) -> tuple | None:
        entry = self.part("meter", "bl0942")
        if entry is None:
            return None
        from corolle.drivers.bl0942 import BL0942

        return BL0942, self.bus(entry["uart"]), entry["address"], entry["shunt_uohm"], entry["divider"]

    def _lux(self) -> tuple | None:
        entry = self.part("lux", "veml7700")
        if entry is None:
            return None
        from corolle.drivers.veml7700 import VEML7700

        return VEML7700, self.bus(entry["bus"]), entry["address"]

    def _temperature(self) -> tuple | None:
        entry = self._fitted.get("temperature")
        if entry is None:
            return None
        if entry["driver"] == "ntc":
            from corolle.drivers.ntc import NTC

            adc = ADC(Pin(entry["pin"]), atten=ADC.ATTN_11DB)
            return NTC, adc, entry["supply_mv"], entry["pullup_ohm"], entry["ntc_ohm"], entry["beta"]
        self.part("temperature", "tmp117")
        from corolle.drivers.tmp117 import TMP117

        return TMP117, self.bus(entry["bus"]), entry["address"]

    def _tilt(self) -> tuple | None:
        entry = self.part("tilt", "lis3dh")
        if entry is None:
            return None
        from corolle.drivers.lis3dh import LIS3DH

        return LIS3DH, self.bus(entry["bus"]), entry["address"], Pin(entry["pin"])

    def rtc(self) -> tuple | None:
        """What a DS3231 is made of, or None."""
        entry = self.part("rtc", "ds3231")
        if entry is None:
            return None
        return self.bus(entry["bus"]), entry["address"]

    def valve(self, name: str):
        """A valve, latching or solenoid, or None; it is shut when it is made, and made once."""
        entry = self.part(name)
        if entry is None:
            return None
        if name not in self._made:
            self._made[name] = _make_valve(name, entry)
        return self._made[name]

    def shut_valves(self, log) -> None:
        """Shut every valve of the board. An entry that is wrong is told; the others are shut all the same."""
        for name, entry in self._fitted.items():
            try:
                if entry["driver"] in _VALVES:
                    self.valve(name)
            except (ValueError, KeyError, TypeError) as error:
                log("fitting", level="error", part=name, error=repr(error))

    def ble(self):
        """The Bluetooth of the controller, switched on, or None. OSError: it does not come up."""
        if self.part("ble", "bluetooth") is None:
            return None
        from bluetooth import BLE

        ble = BLE()
        ble.active(True)
        return ble

    def radio(self) -> tuple | None:
        """What SX1262 is made of, or None: arguments by place and by name."""
        entry = self.part("radio", "sx1262")
        if entry is None:
            return None
        named: dict = {name: Pin(entry[name]) for name in ("busy", "dio1", "reset")}
        named["tcxo_mv"] = entry.get("tcxo_mv")
        return (self.bus(entry["bus"]), Pin(entry["cs"])), named


def _make_valve(name: str, entry: dict):
    if entry["driver"] == "latching_valve":
        from corolle.drivers.latching_valve import LatchingValve

        return LatchingValve(Pin(entry["open_pin"]), Pin(entry["close_pin"]), entry["pulse_ms"])
    if entry["driver"] == "solenoid":
        from corolle.drivers.solenoid import Solenoid

        return Solenoid(Pin(entry["pin"]))
    raise ValueError(f"board: fitted.{name}.driver = {entry['driver']!r} is none of {', '.join(_VALVES)}")


def _make_bus(entry: dict):
    if entry["kind"] == "i2c":
        return I2C(entry["id"], scl=Pin(entry["scl"]), sda=Pin(entry["sda"]), freq=entry["freq_hz"])
    if entry["kind"] == "spi":
        sck, mosi, miso = (Pin(entry[name]) for name in ("sck", "mosi", "miso"))
        return SPI(entry["id"], baudrate=entry["baudrate_hz"], sck=sck, mosi=mosi, miso=miso)
    if entry["kind"] == "uart":
        return UART(entry["id"], baudrate=entry["baudrate"], tx=Pin(entry["tx"]), rx=Pin(entry["rx"]))
    raise ValueError(f"board: kind = {entry['kind']!r} of a bus is none of i2c, spi, uart")
