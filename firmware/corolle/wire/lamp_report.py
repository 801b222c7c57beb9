"""What a lamp post reports, and what the crew that looks after it needs to know now and then.

fields.py tells how the tables read.
"""

from corolle.wire.fields import Message

LAMP_REPORT = Message(
    "lamp_report",
    10,
    """
seq           8   1   0 wraps             -   counts the unit's reports and events
level_pct     7   1   0 -                 %   dim level commanded
reason        6   1   0 word:REASONS      -   why the level is what it is
power_w      12  10   0 optional          W   power drawn
energy_wh    24  10   0 wraps?            Wh  energy since installation
passages     12   1   0 wraps             -   passers-by since installation
temperature_c 8   2 -40 optional          Cel temperature in the housing
faults       12   1   0 flags:LAMP_FAULTS -   faults present
presence      1   1   0 -                 -   somebody is there
""",
)

LAMP_SERVICE = Message(
    "lamp_service",
    12,
    """
seq            8   1   0 wraps    -   counts the unit's reports and events
burn_h        22  10   0 -        h   hours of light since installation
starts        16   1   0 -        -   how often the light went on since installation
supply_losses 12   1   0 -        -   how often the mains were lost since installation
voltage_v      9   1   0 optional V   mains voltage
current_a     10 100   0 optional A   current drawn
power_factor   7 100   0 optional -   active over apparent power
full_w        12  10   0 optional W   power at full light, learned at commissioning
tilt_deg       8   1   0 optional deg from how it stood at commissioning
lux           16   1   0 optional lx  daylight
""",
)
