"""What a canopy reports: 16 bytes."""

from corolle.wire.fields import Message, number, sequence, word

CANOPY_REPORT = Message(
    "canopy_report",
    11,
    (
        sequence(),
        number("valve_open", 1, "the drip valve is open"),
        word("reason", 6, "REASONS", "why the valve is as it is"),
        number("soil1_vwc_pct", 9, "water in the soil by volume, probe 1", "%", 5, optional=True),
        number("soil2_vwc_pct", 9, "water in the soil by volume, probe 2", "%", 5, optional=True),
        number("soil3_vwc_pct", 9, "water in the soil by volume, probe 3", "%", 5, optional=True),
        number("air_temperature_c", 10, "air in the shade", "Cel", 10, -40, optional=True),
        number("air_humidity_pct", 8, "relative humidity in the shade", "%", 2, optional=True),
        number("litres_total", 20, "water given since installation", "L", 10, wraps=True),
        number("litres_today", 12, "water given since midnight", "L", 10),
        number("battery_v", 8, "battery", "V", 50, optional=True),
        number("water_temperature_c", 8, "water in the tank", "Cel", 4, -10, optional=True),
        number("tank_pct", 7, "fill of the tank", "%", optional=True),
        word("faults", 12, "CANOPY_FAULTS", "faults present", flags=True),
    ),
)
