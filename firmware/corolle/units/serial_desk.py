"""The node's own console: a line typed at its USB or UART port is answered there, and all else goes on.

Nobody is asked who he is: whoever has the port has MicroPython's prompt behind it, and so the whole node.
What is ordered is checked like any order, and logged by "serial"; no key is ever shown.
"""

import asyncio
import sys

from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_WORDS = (
    "corolle.units.serial_words",
    "corolle.system.version",
    "corolle.wire.gatt_words",
    "corolle.wire.orders",
    "corolle.wire.packer",
    "corolle.wire.unpacker",
    "corolle.wire.bits",
    "corolle.wire.fields",
)
_FOR_EVER_S = const(1 << 28)
_LONGEST = const(200)


class SerialDesk:
    """`desk` is a NearDesk of its own, `unit` of that kind."""

    def __init__(self, desk, kind: str, common, unit):
        self._parts = desk, kind, common, unit

    async def run(self, alive) -> bool:
        """Answer line after line; True when there is no console."""
        keyboard, line = asyncio.StreamReader(sys.stdin), ""
        while True:
            alive(_FOR_EVER_S)  # nobody may ever type
            letter = await keyboard.read(1)
            if not letter:
                return True
            if letter not in "\r\n":
                line = line + letter if len(line) < _LONGEST else ""
                continue
            asked, line = line.strip(), ""
            if asked:
                self._answer(asked)

    def _answer(self, line: str) -> None:
        with borrowed(*_WORDS) as words:
            words.answer(line, *self._parts)
