"""From a board's definition to buses, pins and drivers. Drivers are imported when a part is fitted: RAM."""

from machine import I2C, PWM, SPI, Pin


class Wiring:
    """`definition` is what board.json holds; KeyError or ValueError: an entry is missing or impossible."""

    def __init__(self, definition: dict):
        self._buses = definition.get("buses", {})
        self._fitted = definition.get("fitted", {})
        self._made: dict = {}

    def part(self, name: str, driver: str) -> dict | None:
        """The entry of a part, None when it is not fitted. ValueError when it wants another driver."""
        entry = self._fitted.get(name)
        if entry is not None and entry["driver"] != driver:
            raise ValueError(f"board: fitted.{name}.driver = {entry['driver']!r} is not {driver}")
        return entry

    def bus(self, name: str):
        """An I2C or SPI bus; made once."""
        if name not in self._made:
            if name not in self._buses:
                raise ValueError(f"board: buses has no {name!r}")
            self._made[name] = _make_bus(self._buses[name])
        return self._made[name]

    def dimmer(self):
        """The lamp's dimmer, or None."""
        entry = self.part("dimmer", "pwm_dimmer")
        if entry is None:
            return None
        from corolle.drivers.pwm_dimmer import PwmDimmer

        return PwmDimmer(Pin(entry["pin"]), PWM, entry["freq_hz"], entry["zero_mv"], entry["full_mv"])

    def presence(self, on_change):
        """The presence sensor, or None."""
        entry = self.part("presence", "pir")
        if entry is None:
            return None
        from corolle.drivers.pir import Pir

        return Pir(Pin(entry["pin"]), on_change)

    def valve(self):
        """The drip valve, or None; it is pulsed shut the first time."""
        entry = self.part("valve", "latching_valve")
        if entry is None:
            return None
        if "valve" not in self._made:
            from corolle.drivers.latching_valve import LatchingValve

            pins = Pin(entry["open_pin"]), Pin(entry["close_pin"])
            self._made["valve"] = LatchingValve(*pins, entry["pulse_ms"])
        return self._made["valve"]

    def flow(self):
        """The water meter, or None."""
        entry = self.part("flow", "flow_meter")
        if entry is None:
            return None
        from corolle.drivers.flow_meter import FlowMeter

        return FlowMeter(Pin(entry["pin"]), entry["litres_per_pulse"])

    def air(self) -> tuple | None:
        """What SHT45 is made of, or None."""
        entry = self.part("air", "sht45")
        return None if entry is None else (self.bus(entry["bus"]), entry["address"])

    def soil(self) -> tuple | None:
        """What SoilProbes is made of, or None."""
        entry = self.part("soil", "ads1115")
        return None if entry is None else (self.bus(entry["bus"]), entry)

    def radio(self) -> tuple | None:
        """What SX1262 is made of, or None: arguments by place and by name."""
        entry = self.part("radio", "sx1262")
        if entry is None:
            return None
        named: dict = {name: Pin(entry[name]) for name in ("busy", "dio1", "reset")}
        named["tcxo_mv"] = entry.get("tcxo_mv")
        return (self.bus(entry["bus"]), Pin(entry["cs"])), named


def _make_bus(entry: dict):
    if entry["kind"] == "i2c":
        return I2C(entry["id"], scl=Pin(entry["scl"]), sda=Pin(entry["sda"]), freq=entry["freq_hz"])
    if entry["kind"] == "spi":
        sck, mosi, miso = (Pin(entry[name]) for name in ("sck", "mosi", "miso"))
        return SPI(entry["id"], baudrate=entry["baudrate_hz"], sck=sck, mosi=mosi, miso=miso)
    raise ValueError(f"board: kind = {entry['kind']!r} of a bus is neither i2c nor spi")
