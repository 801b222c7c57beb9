"""What a terminal sends, as keys: text, control characters and VT100's sequences. All else is noise."""

import codecs

ENTER, TAB, BACKSPACE, DELETE = "enter", "tab", "backspace", "delete"
LEFT, RIGHT, UP, DOWN, HOME, END = "left", "right", "up", "down", "home", "end"
CTRL_C, CTRL_D, CTRL_K, CTRL_L, CTRL_U, CTRL_W = "ctrl-c", "ctrl-d", "ctrl-k", "ctrl-l", "ctrl-u", "ctrl-w"

_CONTROLS = {
    "\x01": HOME,  # ctrl-A
    "\x02": LEFT,
    "\x03": CTRL_C,
    "\x04": CTRL_D,
    "\x05": END,  # ctrl-E
    "\x06": RIGHT,
    "\x08": BACKSPACE,
    "\t": TAB,
    "\n": ENTER,
    "\x0b": CTRL_K,
    "\x0c": CTRL_L,
    "\r": ENTER,
    "\x0e": DOWN,
    "\x10": UP,
    "\x15": CTRL_U,
    "\x17": CTRL_W,
    "\x7f": BACKSPACE,
}
# What follows ESC [ or ESC O (VT100 User Guide, chapter 3; the numbers are of its successors).
_SEQUENCES = {
    "A": UP,
    "B": DOWN,
    "C": RIGHT,
    "D": LEFT,
    "H": HOME,
    "F": END,
    "1~": HOME,
    "7~": HOME,
    "4~": END,
    "8~": END,
    "3~": DELETE,
}
_LONGEST = 8  # characters of a sequence; longer ones are noise
_REPLACED = "\N{REPLACEMENT CHARACTER}"


class Keys:
    """Makes keys of bytes: a character stands for itself, any other key has a name of several letters.

    Attributes:
        noise: how many characters were no key so far.
    """

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._sequence: str | None = None  # after ESC
        self._after_return = False
        self.noise = 0

    def feed(self, data: bytes) -> list[str]:
        """The keys that are whole by now."""
        keys = [self._take(character) for character in self._decode(data)]
        return [key for key in keys if key]

    def _take(self, character: str) -> str:
        after_return, self._after_return = self._after_return, character == "\r"
        if self._sequence is not None:
            return self._go_on(character)
        if character == "\x1b":
            self._sequence = ""
            return ""
        if character == "\n" and after_return:
            return ""  # a terminal that ends its lines with both
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character.isprintable() and character != _REPLACED:
            return character
        self.noise += 1
        return ""

    def _go_on(self, character: str) -> str:
        sequence, self._sequence = f"{self._sequence}{character}", None
        if sequence in ("[", "O"):
            self._sequence = sequence
            return ""
        if sequence[0] not in "[O" or not " " <= character <= "~" or len(sequence) > _LONGEST:
            self.noise += 1
            return ""
        if "@" <= character or sequence[0] == "O":
            return _SEQUENCES.get(sequence[1:], "")
        self._sequence = sequence
        return ""
