"""A unit's settings, read and set in one conversation."""

from corolle_gateway.links.ble import pages
from corolle_gateway.links.ble.conversation import Conversation
from corolle_gateway.links.ble.refused import BAD_ANSWER, Refused

Values = dict[str, int]

_MOST_BYTES = 500  # of one message, less opcode and number


async def agreed(conversation: Conversation, wish: Values) -> Values:
    """Have a unit run what is wished, as far as it has such settings; all that it runs then. Refused."""
    runs = await _read(conversation)
    changes = {name: value for name, value in wish.items() if runs.get(name, value) != value}
    if not changes:
        return runs
    for lines in _messages(changes):
        await conversation.ask("set", lines)
    return await _read(conversation)


async def _read(conversation: Conversation) -> Values:
    return _parsed(await pages.read(conversation, "settings"))


def _parsed(text: bytes) -> Values:
    try:
        pairs = [line.split("=", 1) for line in text.decode().splitlines() if line]
        return {name: int(value) for name, value in pairs}
    except ValueError as error:  # also what is not UTF-8
        raise Refused(BAD_ANSWER) from error


def _messages(values: Values) -> list[bytes]:
    """NAME=VALUE lines, as many in a message as it has room for."""
    messages = [b""]
    for name, value in values.items():
        line = f"{name}={value}\n".encode()
        if len(messages[-1]) + len(line) > _MOST_BYTES:
            messages.append(b"")
        messages[-1] += line
    return messages
