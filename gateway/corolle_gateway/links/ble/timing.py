"""A unit's clock, put right by whoever comes: where LoRaWAN does not reach, nobody else tells the time."""

from corolle_gateway.clock import Clock, is_set
from corolle_gateway.links.ble.conversation import Conversation
from corolle_gateway.links.ble.refused import Answered

_OFF_S = 30  # an order's end need not be truer


async def set_clock(conversation: Conversation, clock: Clock) -> bool:
    """Give a unit the time if it has none, or another; whether it was given. Refused as of ask()."""
    if not is_set(clock):
        return False
    try:
        unit_s = int.from_bytes(await conversation.ask("time"), "little")
        if abs(unit_s - clock.now()) <= _OFF_S:
            return False
        await conversation.ask("time", round(clock.now()).to_bytes(4, "little"))
    except Answered:  # it need not take it
        return False
    return True
