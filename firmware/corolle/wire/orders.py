"""What every kind of unit speaks: events, commands and their acknowledgements."""

from corolle.wire.fields import Message, number, sequence, text, word

EVENT = Message(
    "event",
    20,
    (
        sequence(),
        word("code", 8, "EVENTS", "what happened"),
        number("value", 16, "its figure, as the event defines it", offset=-32768),
        number("time_s", 32, "when, unix time; 0 is unknown", "s"),
    ),
)

COMMAND = Message(
    "command",
    30,
    (
        number("id", 16, "the order's number, echoed by its acknowledgement"),
        word("verb", 8, "VERBS", "what to do"),
        number("value", 16, "its figure, as the verb defines it"),
        number("until_s", 32, "unix time at which the order ends, and after which it is refused", "s"),
        text("author", 8, 12, "who gave the order"),
    ),
)

ACK = Message(
    "ack",
    31,
    (
        number("id", 16, "the order that is answered"),
        word("verdict", 4, "VERDICTS", "accepted, or what was wrong"),
        word("reason", 6, "REASONS", "why the output is as it is now"),
        number("value", 16, "the output now, in the verb's unit"),
    ),
)
