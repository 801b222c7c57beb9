"""What a lamp post reports: 12 bytes. fields.py tells how the table reads."""

from corolle.wire.fields import Message

LAMP_REPORT = Message(
    "lamp_report",
    10,
    """
seq           8   1   0 wraps             -   counts the unit's reports and events
level_pct     7   1   0 -                 %   dim level commanded
reason        6   1   0 word:REASONS      -   why the level is what it is
power_w      12  10   0 optional          W   power drawn
energy_wh    24  10   0 wraps             Wh  energy since installation
passages     12   1   0 wraps             -   passers-by since installation
temperature_c 8   2 -40 optional          Cel temperature in the housing
faults       12   1   0 flags:LAMP_FAULTS -   faults present
presence      1   1   0 -                 -   somebody is there
""",
)
