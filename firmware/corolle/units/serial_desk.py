"""The node's own console: a line typed at its USB or UART port is answered there, and all else goes on.

Nobody is asked who he is: whoever has the port has MicroPython's prompt behind it, and so the whole node.
What is ordered is checked like any order, and logged by "serial"; no key is ever shown.
"""

import select
import sys
from asyncio import core  # pyright: ignore[reportAttributeAccessIssue] - the stubs leave it out

from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_WORDS = const("corolle.units.serial_words")
_FOR_EVER_S = const(1 << 28)
_LONGEST = const(200)


def serial_desk(*parts):
    """The console's task, for the supervisor. `parts`: kind, common, unit."""
    return lambda alive: _serve(alive, parts)


async def _serve(alive, parts: tuple) -> bool:
    """Answer line after line; True when there is no console."""
    line = bytearray()
    while True:
        alive(_FOR_EVER_S)  # nobody may ever type
        await _something()  # pyright: ignore[reportGeneralTypeIssues] - in MicroPython a generator is
        waits = select.poll()
        waits.register(sys.stdin, select.POLLIN)
        for _ in range(_LONGEST):  # what is there already is taken at once, but the light has its turn
            if not waits.poll(0):
                break
            letter = sys.stdin.read(1)
            if not letter:
                return True
            line = _take(line, letter, parts)


def _something():
    """Wait for input. A StreamReader does no more, and takes two kilobytes to do it."""
    yield getattr(core, "_io_queue").queue_read(sys.stdin)  # noqa: B009 - what a text says keeps its name


def _take(line: bytearray, letter: str, parts: tuple) -> bytearray:
    """The line with one more letter; an empty one after its end, and when it is longer than any."""
    if letter not in ("\r", "\n"):
        line.extend(letter.encode())
        return line if len(line) < _LONGEST else bytearray()
    asked = bytes(line).strip()
    if asked:
        with borrowed(_WORDS) as words:
            words.answer(asked.decode(), *parts)
    return bytearray()
