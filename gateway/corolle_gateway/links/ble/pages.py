"""A text of a unit's that does not fit in one message, page after page."""

import struct

from corolle_gateway.links.ble.conversation import Conversation
from corolle_gateway.links.ble.refused import BAD_ANSWER, Refused

_HEAD = struct.Struct("<HH")  # where the next page begins, the text's length
_LONGEST = 8192


async def read(conversation: Conversation, request: str) -> bytes:
    """The whole text that a request of gatt_words.py asks for. Refused."""
    text, following = b"", 0
    while True:
        page = await conversation.ask(request, following.to_bytes(2, "little"))
        if len(page) < _HEAD.size:
            raise Refused(BAD_ANSWER)
        following, length = _HEAD.unpack_from(page)
        text += page[_HEAD.size :]
        if not following:
            break
        if following != len(text) or length > _LONGEST:
            raise Refused(BAD_ANSWER)
    if len(text) != length:  # it has changed meanwhile
        raise Refused(BAD_ANSWER)
    return text
