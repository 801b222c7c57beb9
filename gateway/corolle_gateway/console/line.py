"""The line that is being typed: editing, history and completion as on any shell, for a VT100."""

import unicodedata
from collections.abc import Callable
from typing import ClassVar

from corolle_gateway.console.keys import (
    BACKSPACE,
    CTRL_C,
    CTRL_D,
    CTRL_K,
    CTRL_L,
    CTRL_U,
    CTRL_W,
    DELETE,
    DOWN,
    END,
    ENTER,
    HOME,
    LEFT,
    RIGHT,
    TAB,
    UP,
)

WIDTH = 80
LONGEST = 240  # characters of a line
_KEPT = 100  # lines of history
_BELL = "\a"
_CLEAR = "\x1b[2J\x1b[H"
_TO_END = "\x1b[K"

Complete = Callable[[str], list[str]]  # what is left of the cursor -> whole last words it may become


class History:
    """The lines entered before, oldest first."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, text: str) -> None:
        """A line was entered; the same one twice in a row is kept once."""
        if text.strip() and self.lines[-1:] != [text]:
            self.lines = [*self.lines, text][-_KEPT:]


class Line:
    """One line. `press` takes a key and gives what the terminal is to be sent.

    Attributes:
        entered: the line once it is whole; until then None.
        ended: ctrl-D on an empty line.
        noise: characters for which there was no room.
    """

    def __init__(self, prompt: str, history: History, complete: Complete):
        self._prompt = prompt
        self._lines = [*history.lines, ""]  # the last one is the line that is being typed
        self._row = len(self._lines) - 1
        self._complete = complete
        self._text = ""
        self._place = 0
        self.entered: str | None = None
        self.ended = False
        self.noise = 0

    def draw(self) -> str:
        """The whole line anew."""
        room = WIDTH - 1 - len(self._prompt)
        first = max(0, self._place - room)
        shown = self._text[first : first + room]
        back = len(shown) - (self._place - first)
        return f"\r{self._prompt}{shown}{_TO_END}" + (f"\x1b[{back}D" if back else "")

    def press(self, key: str) -> str:
        """Take a key; what to send to the terminal."""
        if len(key) == 1:
            return self._type(key)
        action = self._ACTIONS.get(key)
        return action(self) if action else ""

    def _type(self, character: str) -> str:
        if unicodedata.combining(character) and self._place:
            return self._compose(character)
        if len(self._text) >= LONGEST:
            self.noise += 1
            return _BELL
        at_end = self._place == len(self._text)
        self._put(self._text[: self._place] + character, self._text[self._place :])
        fits = len(self._prompt) + len(self._text) < WIDTH
        return character if at_end and fits else self.draw()

    def _compose(self, mark: str) -> str:
        """An accent that comes after its letter."""
        letter = unicodedata.normalize("NFC", self._text[self._place - 1] + mark)
        if len(letter) > 1:
            self.noise += 1
            return ""
        self._put(self._text[: self._place - 1] + letter, self._text[self._place :])
        return self.draw()

    def _put(self, left: str, right: str) -> None:
        self._text, self._place = left + right, len(left)

    def _move(self, place: int) -> str:
        self._place = max(0, min(len(self._text), place))
        return self.draw()

    def _enter(self) -> str:
        self.entered = self._text
        return "\r\n"

    def _erase(self, left: int, right: int) -> str:
        """What stands between two places."""
        self._put(self._text[: max(0, left)], self._text[right:])
        return self.draw()

    def _erase_word(self) -> str:
        before = self._text[: self._place].rstrip()
        return self._erase(len(before) - len(before.split(" ")[-1]), self._place)

    def _drop(self) -> str:
        """ctrl-C: another line."""
        self._put("", "")
        return "^C\r\n" + self.draw()

    def _end(self) -> str:
        if self._text:
            return self._erase(self._place, self._place + 1)
        self.ended, self.entered = True, ""
        return "\r\n"

    def _recall(self, step: int) -> str:
        row = self._row + step
        if not 0 <= row < len(self._lines):
            return _BELL
        if self._row == len(self._lines) - 1:
            self._lines[-1] = self._text
        self._row = row
        self._put(self._lines[row], "")
        return self.draw()

    def _tab(self) -> str:
        before = self._text[: self._place]
        word = before.split(" ")[-1]
        found = self._complete(before)
        common = _common(found)
        if not found:
            return _BELL
        if len(found) == 1:
            common += " "
        elif common == word:
            return "\r\n" + "  ".join(found)[: 10 * WIDTH] + "\r\n" + self.draw()
        self._put(before[: len(before) - len(word)] + common, self._text[self._place :])
        return self.draw()

    _ACTIONS: ClassVar[dict[str, Callable[["Line"], str]]] = {
        ENTER: _enter,
        TAB: _tab,
        BACKSPACE: lambda self: self._erase(self._place - 1, self._place),
        DELETE: lambda self: self._erase(self._place, self._place + 1),
        LEFT: lambda self: self._move(self._place - 1),
        RIGHT: lambda self: self._move(self._place + 1),
        HOME: lambda self: self._move(0),
        END: lambda self: self._move(len(self._text)),
        UP: lambda self: self._recall(-1),
        DOWN: lambda self: self._recall(1),
        CTRL_C: _drop,
        CTRL_D: _end,
        CTRL_K: lambda self: self._erase(self._place, len(self._text)),
        CTRL_L: lambda self: _CLEAR + self.draw(),
        CTRL_U: lambda self: self._erase(0, self._place),
        CTRL_W: _erase_word,
    }


class Secret:
    """A line of which nothing is shown, as Line otherwise."""

    def __init__(self, prompt: str):
        self._prompt = prompt
        self._text = ""
        self.entered: str | None = None
        self.ended = False
        self.noise = 0

    def draw(self) -> str:
        """The prompt."""
        return f"\r{self._prompt}{_TO_END}"

    def press(self, key: str) -> str:
        """Take a key; what to send to the terminal."""
        if key == ENTER:
            self.entered = self._text
            return "\r\n"
        if key == BACKSPACE:
            self._text = self._text[:-1]
        elif key in (CTRL_U, CTRL_C):
            self._text = ""
        elif len(key) == 1 and len(self._text) < LONGEST:
            self._text += key
        return ""


def _common(words: list[str]) -> str:
    """What all of them begin with."""
    first, last = min(words, default=""), max(words, default="")
    length = next((at for at, letter in enumerate(first) if not last.startswith(letter, at)), len(first))
    return first[:length]
