"""Orders from the network, or from a crew: checked, carried out once, always answered.

They are rare: this module is in memory while one is carried out, and what must outlast it is kept elsewhere.
"""

import struct
from binascii import crc32

from corolle.wire.commands import verdict_on
from corolle.wire.compat import const
from corolle.wire.errors import FrameError
from corolle.wire.seldom import borrowed
from corolle.wire.words import REASONS, VERBS, VERDICTS, code_of, word_of

_RECORD = const("orders")
_WORDS = ("corolle.wire.orders", "corolle.wire.unpacker", "corolle.wire.bits", "corolle.wire.fields")
_KEPT = const(8)  # so many orders are known again, over a reset too
_MARK_BYTES = const(4)


class Commands:
    """A unit's carry_out(verb, value, until_s, author) returns a verdict, its output() (reason, value).

    An order that comes twice is answered twice and carried out once: the gateway repeats what it has seen no
    answer to, and by then a newer order may be in force.
    """

    def __init__(self, kind: str, common, unit):
        self._kind = kind
        self._common = common
        self._unit = unit
        self._known = common.store.load(_RECORD) or b""

    def take(self, payload: bytes, port: int | None = None) -> dict | None:
        """Carry an order out or refuse it; what its ACK says, None where there is nobody to answer.

        `port` is the one it came by, where there are several.
        """
        command = self._read(payload, port)
        if not command:
            return None
        mark = struct.pack("<I", crc32(payload))
        verdict = "accepted" if self._is_known(mark) else self._obey(command, mark)
        return self._answer(command, verdict)

    def _read(self, payload: bytes, port: int | None) -> dict:
        """The order, {} where it is none. Its words are let go: what it wakes needs the memory."""
        with borrowed(*_WORDS) as orders:
            from corolle.wire.unpacker import unpack

            if port not in (None, orders.COMMAND.port):
                self._count("unknown port")
                return {}
            try:
                return unpack(orders.COMMAND, payload)
            except FrameError as error:
                cause = error.cause
        self._count("malformed")
        self._common.log("command_refused", level="warn", cause=cause)
        return {}

    def _obey(self, command: dict, mark: bytes) -> str:
        verdict = verdict_on(self._kind, command, self._common.clock.now_or_none())
        if verdict == "accepted":
            verb = word_of(VERBS, command["verb"])
            verdict = self._unit.carry_out(verb, command["value"], command["until_s"], command["author"])
        if verdict == "accepted":
            self._remember(mark)
        else:
            self._count(verdict)
        return verdict

    def _answer(self, command: dict, verdict: str) -> dict:
        reason, value = self._unit.output()
        self._common.log("command", id=command["id"], verdict=verdict, author=command["author"])
        code, why = code_of(VERDICTS, verdict), code_of(REASONS, reason)
        return {"id": command["id"], "verdict": code, "reason": why, "value": value}

    def _is_known(self, mark: bytes) -> bool:
        starts = range(0, len(self._known), _MARK_BYTES)
        return any(self._known[start : start + _MARK_BYTES] == mark for start in starts)

    def _remember(self, mark: bytes) -> None:
        self._known = (self._known + mark)[-_KEPT * _MARK_BYTES :]
        self._common.save(_RECORD, self._known)

    def _count(self, cause: str) -> None:
        refused = self._common.refused
        refused[cause] = refused.get(cause, 0) + 1
