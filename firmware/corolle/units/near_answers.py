"""Answers to a crew's requests, those of wire/gatt_words.py. In memory while one is answered."""

import asyncio
import gc

import machine

from corolle.system.clock import NETWORK
from corolle.wire.compat import const
from corolle.wire.errors import FrameError
from corolle.wire.gatt_words import OUTCOMES, answer, page, split
from corolle.wire.orders import ACK
from corolle.wire.packer import encode
from corolle.wire.words import code_of

_DONE = "done"
_ORDER = const(b"\x01")  # the request for which units/commands.py counts what it refuses
_VERDICT = const("self-test")  # a record of units/self_test.py
_MOST = const(500)  # bytes of an answer that has no pages
_RESTART_S = const(2)  # so long the answer has to get away
_SERVICE_PORTS = const(b"\x0c\x0e")  # FPorts of what only the crew needs: readings come before it


class Answers:
    """One unit's. What is refused is counted by its outcome. `ack` answers the order, where it is one.

    `by` is who asks.
    """

    def __init__(self, common, unit, ack: dict | None, by: str):
        self._by = by
        self._common = common
        self._unit = unit
        self._ack = ack

    def answer(self, message: bytes) -> bytes:
        """The answer, whatever the message is."""
        outcome, body = self._act(message)
        if outcome != _DONE and message[:1] != _ORDER:
            refused = self._common.refused
            refused[outcome] = refused.get(outcome, 0) + 1
        return answer(message + b"\0\0", code_of(OUTCOMES, outcome), body)

    def _act(self, message: bytes) -> tuple:
        """(outcome, body)."""
        try:
            code, _, body = split(message)
            if not 0 < code < len(_REQUESTS):
                return "unknown request", b""
            return _REQUESTS[code](self, body)
        except (FrameError, UnicodeError):
            return "malformed", b""
        except (OSError, ValueError) as error:
            return "refused", str(error).encode()

    def _command(self, body: bytes) -> tuple:
        return (_DONE, encode(ACK, self._ack)) if self._ack else ("malformed", b"")

    def _settings(self, body: bytes) -> tuple:
        start, values = _start(body[-2:]), self._common.settings.by_name()
        name = body[:-2].decode()
        if name and name not in values:
            return "refused", f"{name} is not a setting".encode()
        return _DONE, page(_lines(values, [name] if name else sorted(values)), start)

    def _set(self, body: bytes) -> tuple:
        """One after the other, up to the first that is wrong: it is named."""
        settings, names = self._common.settings, []
        for line in body.decode().split("\n"):
            name, _, value = line.partition("=")
            if line:
                settings.set(name, _number(value))
                names.append(name)
        self._unit.look_again(0)
        self._common.log("settings", by=self._by, names=",".join(names))
        self._common.reporter.event("settings changed", len(names))
        return _DONE, _lines(settings.by_name(), names)

    def _readings(self, body: bytes) -> tuple:
        reporter = self._common.reporter
        port, payload = reporter.read()
        if port in _SERVICE_PORTS:
            reporter.raw(port, payload)  # it was the network's
            port, payload = reporter.read()
        return _DONE, bytes((port,)) + payload

    def _log(self, body: bytes) -> tuple:
        return _DONE, page("\n".join(self._common.log.lines()).encode(), _start(body))

    def _crash(self, body: bytes) -> tuple:
        return _DONE, page(self._common.store.load("crash") or b"", _start(body))

    def _time(self, body: bytes) -> tuple:
        clock = self._common.clock
        if len(body) not in (0, 4):
            raise FrameError("length")
        if body and not clock.set(int.from_bytes(body, "little"), quality=NETWORK):
            return "refused", b"a clock shows 2026 to 2099"
        return _DONE, (clock.now_or_none() or 0).to_bytes(4, "little")

    def _restart(self, body: bytes) -> tuple:
        self._common.log("restart", by=self._by)
        self._common.ledger.keep(now=True)
        asyncio.create_task(_restart_soon())  # noqa: RUF006 - MicroPython's loop holds its tasks
        return _DONE, b""

    def _test(self, body: bytes) -> tuple:
        return _DONE, _fitted(self.findings())

    def findings(self) -> bytes:
        """What the unit finds of itself now, a line each."""
        common = self._common
        found = {"output": self._output(), "memory": gc.mem_free()}
        found["clock"] = ("unknown", "kept", "network")[common.clock.quality]
        found["lorawan"] = "joined" if common.reporter.joined() else "not joined"
        for name in common.faults.names():
            found["fault." + name] = "present"
        for cause in common.refused:
            found["refused." + cause] = common.refused[cause]
        verdict = (common.store.load(_VERDICT) or b"").split(b"\n")[0]
        return (verdict and verdict + b"\n") + _lines(found, sorted(found))

    def _verdict(self, body: bytes) -> tuple:
        return _DONE, page(self._common.store.load(_VERDICT) or b"", _start(body))

    def _output(self) -> str:
        """What the unit does and why; of an order, from the log, until when and by whom."""
        reason, value = self._unit.output()
        for line in reversed(list(self._common.log.lines())):
            if "event=decision" in line and f'reason="{reason} until ' in line:
                return f"{value} " + line.split('reason="')[1].split('"')[0]
        return f"{value} {reason}"


# By their codes in wire/gatt_words.py.
_REQUESTS = (
    None,
    Answers._command,
    Answers._settings,
    Answers._set,
    Answers._readings,
    Answers._log,
    Answers._crash,
    Answers._time,
    Answers._restart,
    Answers._test,
    Answers._verdict,
)


async def _restart_soon() -> None:
    await asyncio.sleep(_RESTART_S)
    machine.reset()


def _start(body: bytes) -> int:
    """Where a page begins. FrameError when it is not said."""
    if len(body) != 2:
        raise FrameError("length")
    return int.from_bytes(body, "little")


def _number(text: str) -> int:
    if not text.lstrip("-").isdigit():
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _fitted(text: bytes) -> bytes:
    """As many lines as one message has room for; how many are left out is told."""
    if len(text) <= _MOST:
        return text
    end = text.rfind(b"\n", 0, _MOST - 16)
    return text[:end] + b"\nleft out=" + str(text.count(b"\n", end)).encode()


def _lines(values: dict, names: list) -> bytes:
    return "\n".join([f"{name}={values[name]}" for name in names]).encode()
