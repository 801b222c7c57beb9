"""THE table: every message of ours, as packed on the air, field after field without padding between.

Packer, unpacker, codecs for other networks and documentation are all made from it. A node imports only the
messages of its own kind (lamp_report, canopy_report, orders): the whole table costs memory there.
"""

from corolle.wire.canopy_report import CANOPY_REPORT, CANOPY_SERVICE
from corolle.wire.codec import unpack
from corolle.wire.errors import FrameError
from corolle.wire.fields import Field, Message
from corolle.wire.lamp_report import LAMP_REPORT, LAMP_SERVICE
from corolle.wire.orders import ACK, COMMAND, EVENT

__all__ = (
    "ACK",
    "CANOPY_REPORT",
    "CANOPY_SERVICE",
    "COMMAND",
    "EVENT",
    "LAMP_REPORT",
    "LAMP_SERVICE",
    "MESSAGES",
    "Field",
    "Message",
    "decode",
    "message_for",
)

MESSAGES = (LAMP_REPORT, LAMP_SERVICE, CANOPY_REPORT, CANOPY_SERVICE, EVENT, COMMAND, ACK)


def message_for(port: int) -> Message | None:
    """The message that travels on an FPort, or None."""
    for message in MESSAGES:
        if message.port == port:
            return message
    return None


def decode(port: int, payload: bytes) -> tuple:
    """Unpack what came on FPort `port`: (message, values). FrameError when it is not one of ours."""
    message = message_for(port)
    if message is None:
        raise FrameError("unknown port")
    return message, unpack(message, payload)
