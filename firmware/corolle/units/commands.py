"""Orders from the network, or from a crew: checked, and answered once they were carried out.

An order that comes twice is answered twice and carried out once: the gateway repeats what it has seen no
answer to, and by then a newer order may be in force. What has been obeyed is known over a reset, too.
"""

import struct
from binascii import crc32

from corolle.wire.commands import verdict_on
from corolle.wire.compat import const
from corolle.wire.errors import FrameError
from corolle.wire.seldom import borrowed
from corolle.wire.words import REASONS, VERDICTS, code_of

_RECORD = const("orders")
_WORDS = ("corolle.wire.orders", "corolle.wire.unpacker", "corolle.wire.bits", "corolle.wire.fields")
_KEPT = const(8)
_MARK_BYTES = const(4)


def admit(kind: str, common, payload: bytes, port: int | None) -> tuple:
    """(order, verdict): {} where it is none, "" where a unit of this kind is still to carry it out."""
    command = _read(common, payload, port)
    if not command:
        return command, ""
    if _is_known(common, payload):
        return command, "accepted"
    verdict = verdict_on(kind, command, common.clock.now_or_none())
    if verdict == "accepted":
        return command, ""
    _count(common, verdict)
    return command, verdict


def answer(common, unit, command: dict, verdict: str, payload: bytes) -> dict:
    """What the ACK says. The `payload` of what was carried out just now is remembered; b"" if nothing was."""
    if payload and verdict == "accepted":
        known = common.store.load(_RECORD) or b""
        common.save(_RECORD, (known + _mark(payload))[-_KEPT * _MARK_BYTES :])
    elif payload:
        _count(common, verdict)
    reason, value = unit.output()
    common.log("command", id=command["id"], verdict=verdict, author=command["author"])
    code, why = code_of(VERDICTS, verdict), code_of(REASONS, reason)
    return {"id": command["id"], "verdict": code, "reason": why, "value": value}


def _read(common, payload: bytes, port: int | None) -> dict:
    with borrowed(*_WORDS) as orders:
        from corolle.wire.unpacker import unpack

        if port not in (None, orders.COMMAND.port):
            _count(common, "unknown port")
            return {}
        try:
            return unpack(orders.COMMAND, payload)
        except FrameError as error:
            cause = error.cause
    _count(common, "malformed")
    common.log("command_refused", level="warn", cause=cause)
    return {}


def _is_known(common, payload: bytes) -> bool:
    known, mark = common.store.load(_RECORD) or b"", _mark(payload)
    return any(known[start : start + _MARK_BYTES] == mark for start in range(0, len(known), _MARK_BYTES))


def _mark(payload: bytes) -> bytes:
    return struct.pack("<I", crc32(payload))


def _count(common, cause: str) -> None:
    common.refused[cause] = common.refused.get(cause, 0) + 1
