"""What a canopy reports: 16 bytes. fields.py tells how the table reads."""

from corolle.wire.fields import Message

CANOPY_REPORT = Message(
    "canopy_report",
    11,
    """
seq                 8  1   0 wraps               -   counts the unit's reports and events
valve_open          1  1   0 -                   -   the drip valve is open
reason              6  1   0 word:REASONS        -   why the valve is as it is
soil1_vwc_pct       9  5   0 optional            %   water in the soil by volume, probe 1
soil2_vwc_pct       9  5   0 optional            %   water in the soil by volume, probe 2
soil3_vwc_pct       9  5   0 optional            %   water in the soil by volume, probe 3
air_temperature_c  10 10 -40 optional            Cel air in the shade
air_humidity_pct    8  2   0 optional            %   relative humidity in the shade
litres_total       20 10   0 wraps               L   water given since installation
litres_today       12 10   0 -                   L   water given since midnight
battery_v           8 50   0 optional            V   battery
water_temperature_c 8  4 -10 optional            Cel water in the tank
tank_pct            7  1   0 optional            %   fill of the tank
faults             12  1   0 flags:CANOPY_FAULTS -   faults present
""",
)
