"""What a node counts on its LoRaWAN link, by cause."""

_NAMES = (
    "uplinks",
    "downlinks",
    "joins",
    "join requests",
    "join refused",
    "too long",
    "radio errors",
    "rx malformed",
    "rx not a downlink",
    "rx foreign",
    "rx wrong mic",
    "rx replayed",
)


def new_counts() -> dict:
    """All at zero."""
    return {name: 0 for name in _NAMES}
