"""What the near field asks of a unit: readings for adverts, and answers for a crew."""

from corolle.units.orders import obey
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_READINGS = ("corolle.units.near_words", "corolle.system.version")
_ANSWERS = (
    "corolle.units.near_answers",
    "corolle.wire.gatt_words",
    "corolle.wire.orders",
    "corolle.wire.packer",
    "corolle.wire.bits",
    "corolle.wire.fields",
)
_ORDER = const(b"\x01")  # the request of an order, in wire/gatt_words.py: code, number, payload
_ORDER_HEAD_BYTES = const(2)


class NearDesk:
    """One unit's, which is of that kind. `by`: who asks, for the log."""

    def __init__(self, kind: str, common, unit, by: str = "crew"):
        self._by = by
        self._kind = kind
        self._common = common
        self._unit = unit

    def readings(self) -> list:
        """(object id, value) for BTHome."""
        with borrowed(*_READINGS) as words:
            return words.readings(self._kind, self._unit.values())

    def findings(self) -> bytes:
        """What it finds of itself now, lines "part=finding"."""
        with borrowed(*_ANSWERS) as answers:
            return answers.Answers(self._common, self._unit, None, self._by).findings()

    def answer(self, message: bytes) -> bytes:
        """The answer to a crew's request."""
        fields = None
        if message[:1] == _ORDER:
            fields = obey(self._kind, self._common, self._unit, message[_ORDER_HEAD_BYTES:])
        with borrowed(*_ANSWERS) as answers:
            return answers.Answers(self._common, self._unit, fields, self._by).answer(message)
