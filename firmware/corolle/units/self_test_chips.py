"""Asks each chip of a unit's Sensors once, whatever it said before."""

# What a reading's figures are, in their order.
_UNITS = (
    "meter W V A|lux lx|temperature C|tilt g g g|air C %|soil % % %|tension kPa|tank %|soil_temperature C|"
    "water_temperature C|battery V A|panel V A"
)


async def look(sensors: dict, lines: list) -> None:
    """`sensors`: Sensor by the name of its part, None where it is not fitted or was lost at the boot."""
    for name, sensor in sensors.items():
        if sensor is None:
            continue
        reading = await sensor.read(True)
        if reading is None:
            lines.append(f"{name}=bad: {sensor.error or 'no reading'}")
        else:
            lines.append(f"{name}=good: {_figures(name, reading)}")


def look_for_people(name: str, sensor, stuck: bool, lines: list) -> None:
    """A sensor that has seen nobody may be blind."""
    if stuck:
        lines.append(f"{name}=bad: somebody there without a pause")
    elif sensor.passages:
        lines.append(f"{name}=good: {sensor.passages} since the boot")
    else:
        lines.append(f"{name}=untested: nobody since the boot")


def _figures(name: str, reading) -> str:
    units = ""
    for row in _UNITS.split("|"):
        if row.startswith(name + " "):
            units = row
    figures, told = reading if isinstance(reading, (tuple, list)) else (reading,), []
    for place, unit in enumerate(units.split()[1:]):
        if place < len(figures):
            told.append("?" if figures[place] is None else f"{figures[place]:.4g} {unit}")
    return ", ".join(told)
