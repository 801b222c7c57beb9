"""What a lamp post reports: 12 bytes."""

from corolle.wire.fields import Message, number, sequence, word

LAMP_REPORT = Message(
    "lamp_report",
    10,
    (
        sequence(),
        number("level_pct", 7, "dim level commanded", "%"),
        word("reason", 6, "REASONS", "why the level is what it is"),
        number("power_w", 12, "power drawn", "W", 10, optional=True),
        number("energy_wh", 24, "energy since installation", "Wh", 10, wraps=True),
        number("passages", 12, "passers-by since installation", wraps=True),
        number("temperature_c", 8, "temperature in the housing", "Cel", 2, -40, optional=True),
        word("faults", 12, "LAMP_FAULTS", "faults present", flags=True),
        number("presence", 1, "somebody is there"),
    ),
)
