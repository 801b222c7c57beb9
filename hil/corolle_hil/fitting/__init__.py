"""From a board's definition to simulated chips on its wires."""

from collections.abc import Callable

from corolle_hil.board import Board
from corolle_hil.chips.sx1262.chip import Sx1262
from corolle_hil.fitting import canopy, lamp
from corolle_hil.fitting.parts import Definition, Fitter, Furniture, Surroundings

__all__ = ["Definition", "Furniture", "Surroundings", "fit"]


def fit(board: Board, definition: Definition, furniture: Furniture, around: Surroundings) -> None:
    """Put every chip that `definition` lists as fitted on the board; a lamp gets its post first.

    Raises:
        ValueError: a driver that no simulated chip answers to; names it and those there are.
    """
    fitted = definition["fitted"]
    unknown = {part["driver"] for part in fitted.values()} - _ORDER.keys()
    if unknown:
        raise ValueError(f"no simulated chip for {', '.join(sorted(unknown))}; there are {', '.join(_ORDER)}")
    if definition["unit"] == "lamp":
        furniture.post = lamp.raise_post(furniture.name, around)
    fitter = Fitter(board, definition, furniture, around)
    for driver, put in _ORDER.items():
        for part in fitted.values():
            if part["driver"] == driver:
                put(fitter, part)


def _put_radio(on: Fitter, part: Definition) -> None:
    radio = Sx1262(
        on.scheduler,
        on.around.air,
        on.it.name,
        on.it.position,
        cs=on.board.line(part["cs"]),
        busy=on.board.line(part["busy"]),
        dio1=on.board.line(part["dio1"]),
        reset=on.board.line(part["reset"]),
        tcxo_mv=part.get("tcxo_mv"),
    )
    on.it.radio = radio
    on.on_spi(part, radio)
    on.it.power_up.append(radio.power_up)


def _put_ble(on: Fitter, part: Definition) -> None:
    """The controller's own Bluetooth; its address is the chip's second next (ESP-IDF, "MAC Address")."""
    from corolle_hil.ble.radio import BoardRadio

    own = int.from_bytes(on.board.unique_id, "big")
    mac = ((own + 2) % (1 << 48)).to_bytes(6, "big")
    on.board.attach_ble(BoardRadio(on.around.ble, on.it.name, on.it.position, mac))


# Water flows through valves and meters, drips into the soil or leaks: they are fitted in this order.
_ORDER: dict[str, Callable[[Fitter, Definition], None]] = {
    "sx1262": _put_radio,
    "pwm_dimmer": lamp.put_converter,
    "dali": lamp.put_dali,
    "relay": lamp.put_relay,
    "bl0942": lamp.put_meter,
    "pir": lamp.put_presence,
    "ld2410": lamp.put_radar,
    "veml7700": lamp.put_lux,
    "tmp117": lamp.put_tmp117,
    "ntc": lamp.put_ntc,
    "lis3dh": lamp.put_tilt,
    "ds3231": lamp.put_rtc,
    "sht45": canopy.put_air,
    "latching_valve": canopy.put_latching_valve,
    "solenoid": canopy.put_solenoid,
    "flow_meter": canopy.put_flow,
    "contact": canopy.put_leak,
    "anemometer": canopy.put_wind,
    "ads1115": canopy.put_soil,
    "tensiometer": canopy.put_tension,
    "level_loop": canopy.put_tank_level,
    "ds18b20": canopy.put_thermometer,
    "ina226": canopy.put_power_meter,
    "bluetooth": _put_ble,
}
