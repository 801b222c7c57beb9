"""Words for people, in the language they have chosen. One file a language; all have the same keys."""

import re
from functools import cache
from types import ModuleType

from corolle_gateway.alarm.kinds import BRING, kind_of
from corolle_gateway.console import english, french

_MODULES = {"fr": french, "en": english}
NAMES = tuple(_MODULES)
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


# A double sign in French is parted from its word by a space at which no line may end.
_SPACED = re.compile(r" (?=[:;?!%\u00bb])|(?<=\u00ab) ")


class Language:
    """One of NAMES."""

    def __init__(self, name: str):
        self.name = name
        self._words: ModuleType = _MODULES[name]

    def text(self, key: str, **fields: object) -> str:
        """A text of the console's own."""
        return _typeset(self._words.TEXTS[key]).format(**fields)

    def said(self, what: str, more: str) -> str:
        """Two things with a colon between them."""
        return self.text("said", what=what, more=more)

    def usage(self, verb: str) -> tuple[str, str]:
        """(how a verb is written, what it does)."""
        written, does = self._words.HELP[verb]
        return written, _typeset(does)

    def reason(self, word: str) -> str:
        """Why an output is as it is, as a sentence. A unit may know reasons that this version does not."""
        return self._words.REASONS.get(word) or self.text("unknown_reason", word=word)

    def event(self, word: str) -> str:
        """What has happened, in a few words."""
        return self._words.EVENTS.get(word, word)

    def status(self, word: str) -> str:
        """How far an order has come."""
        return self._words.STATUSES.get(word, word)

    def refusal(self, cause: str, english: str) -> str:
        """Why the gateway does not take something: by what that is counted as, else in its own words."""
        return _typeset(self._words.TEXTS.get(cause, english))

    def alarm(self, code: str) -> str:
        """What is wrong and what to look at first; the code itself when this version does not know it."""
        kind = kind_of(code)
        return _typeset(kind.french if self.name == "fr" else kind.english) or code

    def severity(self, code: str) -> str:
        """How grave that is."""
        return self.text(f"severity_{kind_of(code).severity}")

    def bring(self, code: str) -> str:
        """What to bring, "" when it is nothing."""
        things = kind_of(code).bring
        return ", ".join(BRING[thing] if self.name == "fr" else thing for thing in things)

    def figure(self, value: float | str) -> str:
        """A figure, a yes or a no, as it is written here."""
        if isinstance(value, bool):
            return self.text("yes" if value else "no")
        text = f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
        return text.replace(".", self.text("decimal"))

    def lasting(self, seconds: float) -> str:
        """A length of time in one or two figures."""
        whole = max(0, int(seconds))
        if whole < 2 * _MINUTE_S:
            return f"{whole}\u00a0s"
        if whole < 2 * _HOUR_S:
            return f"{whole // _MINUTE_S}\u00a0min"
        if whole < 2 * _DAY_S:
            return f"{whole // _HOUR_S}\u00a0h"
        return f"{whole // _DAY_S}\u00a0{self.text('days')}"


@cache
def _typeset(text: str) -> str:
    return _SPACED.sub("\u00a0", text)
