"""What is said in a session over GATT: a crew's requests and a unit's answers, messages of gatt_session.py.

    request  opcode 1 | number 1 | body          answer  opcode 1 | number 1 | outcome 1 | body

An answer repeats opcode and number. Numbers are little-endian, texts UTF-8.

    request    its body                          the answer's body
    command    a COMMAND of orders.py            an ACK of orders.py
    settings   name, or none for all; from 2     a page of "name=value" lines
    set        "name=value" lines                "name=value" lines as they are now, or what was wrong
    readings   -                                 FPort 1 | a report as LoRaWAN carries it
    log        from 2                            a page of lines, oldest first
    crash      from 2                            a page of the last traceback
    time       unix time 4, or none to ask       unix time 4, 0 when it is not known
    restart    -                                 - (then the unit restarts)
    self-test  -                                 "part=finding" lines; "left out=N" if N more had no room
    verdict    from 2                            a page of what its last test of its parts has found

    page       next 2 | length of the whole text 2 | part of the text; next 0: that was the last

`from` and `next` count bytes of a text that does not fit in one message. Of what is refused the answer's body
says why, in a sentence.
"""

from corolle.wire.compat import const
from corolle.wire.errors import FrameError

# A code is a word's place, for ever, as in words.py.
REQUESTS = "|command|settings|set|readings|log|crash|time|restart|self-test|verdict"
OUTCOMES = "done|unknown request|malformed|refused|not fitted|busy"

# The service and its characteristics: what a central writes to, and what a unit notifies.
SERVICE = const("2f4d1600-9e17-4c0b-8d52-6b1c5a4e0f73")
INBOX = const("2f4d1601-9e17-4c0b-8d52-6b1c5a4e0f73")
OUTBOX = const("2f4d1602-9e17-4c0b-8d52-6b1c5a4e0f73")
# Identity in the clear is the Device Information Service of the Bluetooth SIG: numbers of its UUIDs.
DEVICE_INFORMATION = const(0x180A)
MODEL = const(0x2A24)  # the unit's kind
SERIAL = const(0x2A25)  # its DevEUI
FIRMWARE = const(0x2A26)

_PART = const(400)  # bytes of a text in one message


def request(code: int, number: int, body: bytes = b"") -> bytes:
    """A request; `number` is any byte, by which its answer is known."""
    return bytes((code, number)) + body


def answer(asked: bytes, outcome: int, body: bytes = b"") -> bytes:
    """The answer to a request."""
    return bytes((asked[0], asked[1], outcome)) + body


def split(message: bytes) -> tuple:
    """(code, number, body) of a request or an answer, whose body begins with the outcome.

    FrameError "length" for a message that is too short for that.
    """
    if len(message) < 2:
        raise FrameError("length")
    return message[0], message[1], message[2:]


def page(text: bytes, start: int) -> bytes:
    """The part of a text from byte `start` on, as it is sent."""
    end = start + _PART
    following = end if end < len(text) else 0
    return following.to_bytes(2, "little") + len(text).to_bytes(2, "little") + text[start:end]
