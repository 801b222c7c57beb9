"""An order to a unit, as its table of verbs allows it, and the unit's answer in words."""

import secrets
from typing import Any

from corolle.wire.codec import encode, unpack
from corolle.wire.commands import legal_values, verbs
from corolle.wire.errors import FrameError
from corolle.wire.orders import ACK, COMMAND
from corolle.wire.words import REASONS, VERBS, VERDICTS, code_of, word_of

from corolle_tools.ble.faults import Refused, Usage
from corolle_tools.ble.printable import printable
from corolle_tools.ble.readings import output

_ADVICE = {
    "clock unknown": "it does not know the time: --set-clock gives it this machine's",
    "expired": "its clock is ahead: `corolle ble show` tells by how much",
    "not fitted": "it has no such part",
    "unknown verb": "its firmware is older than the verb",
    "refused": "a guard forbids it",
}


class Order:
    """One order, with a number of its own."""

    def __init__(self, verb: str, value: int | None, author: str):
        self.verb = verb
        self._value = value
        self._author = author
        self._number = secrets.randbelow(1 << 16)

    def check(self, kind: str) -> None:
        """Usage, with what is legal, for an order that no unit of that kind would take."""
        legal = legal_values(kind, self.verb)
        if legal is None:
            if self.verb == "restart":
                raise Usage("a restart is no order: `corolle ble restart UNIT`")
            raise Usage(f"a {kind} has no verb {self.verb!r}: it has {', '.join(verbs(kind)) or 'none'}")
        low, high, unit = legal
        span = f"{low}..{high} {unit}".rstrip()
        if low == high and self._value not in (None, low):
            raise Usage(f"{self.verb} takes no value")
        if low != high and self._value is None:
            raise Usage(f"{self.verb} needs a value: {span}")
        if low != high and not low <= (self._value or 0) <= high:
            raise Usage(f"{self.verb} {self._value} is out of range: {span}")
        self.packed(0)  # an author that does not fit is told now, not at the unit

    def packed(self, until_s: int) -> bytes:
        """The message, for an end in unix seconds of the unit's clock."""
        values = {"id": self._number, "verb": code_of(VERBS, self.verb), "value": self._value or 0}
        try:
            return encode(COMMAND, values | {"until_s": until_s, "author": self._author})
        except ValueError as error:
            raise Usage(str(error)) from None


class Answer:
    """What a unit says of an order. Refused when it cannot be read."""

    def __init__(self, name: str, kind: str, packed: bytes):
        try:
            ack = unpack(ACK, packed)
        except FrameError as error:
            raise Refused(f"{name}: its answer is not what this version reads ({error.cause})") from error
        self.verdict = word_of(VERDICTS, ack["verdict"])
        self.reason = word_of(REASONS, ack["reason"])
        self.value = ack["value"]
        self._name = name
        self._kind = kind

    @property
    def is_ordered(self) -> bool:
        """Whether the output is as somebody has ordered: until when, and who, has no room in the answer."""
        return self.reason in ("override", "group cap")

    def explain(self, findings: str) -> None:
        """Take the reason in full from a unit's own test."""
        for line in printable(findings).splitlines():
            part, _, found = line.partition("=")
            why = found.partition(" ")[2]
            if part == "output" and why.startswith(self.reason):
                self.reason = why

    def __str__(self) -> str:
        advice = f" ({_ADVICE[self.verdict]})" if self.verdict in _ADVICE else ""
        return (
            f"{self._name}: {self.verdict}{advice}; {output(self._kind, self.value)}, because: {self.reason}"
        )

    def record(self) -> dict[str, Any]:
        """For machines."""
        return {"unit": self._name, "verdict": self.verdict, "reason": self.reason, "value": self.value}
