"""A unit's report in people's words."""

from typing import Any

from corolle.wire import schema, words
from corolle.wire.errors import FrameError

from corolle_tools.ble.faults import Refused

_APART = ("seq", "level_pct", "valve_open", "reason", "faults")  # told otherwise, or nothing for people


def output(kind: str, value: int) -> str:
    """What a unit of a kind does: a lamp's level, a canopy's drip valve."""
    return f"level {value} %" if kind == "lamp" else "valve open" if value else "valve shut"


class Reading:
    """The report that a unit gives at once, as its answer carries it. Refused when it is none."""

    def __init__(self, name: str, answer: bytes):
        try:
            self.message, self.values = schema.decode(answer[0] if answer else 0, answer[1:])
            if not {"reason", "faults"} <= self.values.keys():
                raise FrameError("no report")
        except FrameError as error:
            raise Refused(f"{name}: its report is not what this version reads ({error.cause})") from error

    @property
    def output(self) -> str:
        """What the unit does."""
        level_pct = self.values.get("level_pct")
        return output("canopy", self.values["valve_open"]) if level_pct is None else output("lamp", level_pct)

    @property
    def reason(self) -> str:
        """Why the output is as it is."""
        return words.word_of(words.REASONS, self.values["reason"])

    @property
    def faults(self) -> list[str]:
        """Those present that a report has room for."""
        return words.words_of(self._table("faults"), self.values["faults"])

    def lines(self) -> list[tuple[str, str, str]]:
        """(name, value with its unit, meaning) of what is measured."""
        found = []
        for field in self.message.fields:
            value = self.values[field.name]
            if field.name not in _APART and value is not None:
                found.append((field.name, f"{self._word(field, value)} {field.unit}".rstrip(), field.meaning))
        return found

    def record(self) -> dict[str, Any]:
        """For machines: values by name, words for codes."""
        told = {field.name: self._word(field, self.values[field.name]) for field in self.message.fields}
        return {"message": self.message.name, **told, "reason": self.reason, "faults": self.faults}

    def _word(self, field: schema.Field, value: Any) -> Any:
        if field.words and not field.flags and value is not None:
            return words.word_of(getattr(words, field.words), value)
        return value

    def _table(self, name: str) -> str:
        field = next(each for each in self.message.fields if each.name == name)
        return getattr(words, field.words)
