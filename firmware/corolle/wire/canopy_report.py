"""What a canopy reports in 16 bytes; and, more rarely, what concerns its mist and its power.

fields.py tells how the tables read.
"""

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
battery_v           8 40   9 optional            V   battery of four LiFePO4 cells
water_temperature_c 8  4 -10 optional            Cel water that supplies the mist
tank_pct            7  1   0 optional            %   fill of the tank
faults             12  1   0 flags:CANOPY_FAULTS -   faults present
""",
)

CANOPY_SERVICE = Message(
    "canopy_service",
    14,
    """
seq                 8  1   0 wraps                -   counts the unit's reports and events
mist_open           1  1   0 -                    -   the mist valve is open
purge_open          1  1   0 -                    -   the purge valve is open
mist_reason         6  1   0 word:REASONS         -   why the mist valve is as it is
sanitary_state      3  1   0 word:SANITARY_STATES -   where the mist line is in its duties
mist_litres_total  20 10   0 -                    L   mist given since installation
purge_litres_total 20 10   0 -                    L   water let out of the mist line since installation
wind_m_s            8  4   0 optional             m/s wind
tension_kpa         8  1   0 optional             kPa tension of the soil's water
soil_temperature_c  8  4 -10 optional             Cel soil
drought             3  1   0 -                    -   level of the drought order in force, 0 to 4
shedding            2  1   0 -                    -   what is left off to save power, 0 to 3
panel_w            10 10   0 optional             W   what the panel gives
energy_in_wh       14 10   0 optional             Wh  given by the panel on the last whole day
energy_out_wh      14 10   0 optional             Wh  used on the last whole day
""",
)
