"""What every kind of unit speaks: events, commands, acknowledgements. fields.py tells how the tables read."""

from corolle.wire.fields import Message

EVENT = Message(
    "event",
    20,
    """
seq     8 1      0 wraps       - counts the unit's reports and events
code    8 1      0 word:EVENTS - what happened
value  16 1 -32768 -           - its figure, as the event defines it
time_s 32 1      0 -           s when, unix time; 0 is unknown
""",
)

COMMAND = Message(
    "command",
    30,
    """
id      16 1 0 -          - the order's number, echoed by its acknowledgement
verb     8 1 0 word:VERBS - what to do
value   16 1 0 -          - its figure, as the verb defines it
until_s 32 1 0 -          s unix time at which the order ends, and after which it is refused
author   8 1 0 text:12    - who gave the order
""",
)

ACK = Message(
    "ack",
    31,
    """
id      16 1 0 -             - the order that is answered
verdict  4 1 0 word:VERDICTS - accepted, or what was wrong
reason   6 1 0 word:REASONS  - why the output is as it is now
value   16 1 0 -             - the output now, in the verb's unit
""",
)
