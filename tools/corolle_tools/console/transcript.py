"""What a terminal has shown, as plain lines: what was typed, erased and typed anew stands there once."""

import codecs
import re
from typing import TextIO

# A control character, a sequence as a VT100 takes it, or text.
_PIECE = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|([\x00-\x1f\x7f])|([^\x00-\x1f\x7f\x1b]+)")
_UNFINISHED = re.compile(r"\x1b(\[[0-9;]*)?\Z")


class Transcript:
    """Writes whole lines to a file. A password is not among them: the gateway never shows one."""

    def __init__(self, file: TextIO):
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._rest = ""
        self._row: list[str] = []
        self._column = 0

    def take(self, data: bytes) -> None:
        """What has come over the line."""
        text = self._rest + self._decode(data)
        unfinished = _UNFINISHED.search(text)
        self._rest = unfinished[0] if unfinished else ""
        for piece in _PIECE.finditer(text.removesuffix(self._rest)):
            figures, command, control, shown = piece.groups()
            if shown:
                self._show(shown)
            elif control:
                self._control(control)
            else:
                self._command(command, int(figures or 1) if figures.isdecimal() or not figures else 1)

    def close(self) -> None:
        """Write the line that was begun."""
        if self._row:
            self._end_line()

    def _show(self, text: str) -> None:
        self._row[self._column : self._column + len(text)] = text
        self._column += len(text)

    def _control(self, character: str) -> None:
        if character == "\r":
            self._column = 0
        elif character == "\b":
            self._column = max(0, self._column - 1)
        elif character == "\n":
            self._end_line()

    def _command(self, command: str, figure: int) -> None:
        if command == "K":
            del self._row[self._column :]
        elif command == "D":
            self._column = max(0, self._column - figure)
        elif command == "J":
            self._row, self._column = [], 0

    def _end_line(self) -> None:
        self._file.write("".join(self._row).rstrip() + "\n")
        self._file.flush()
        self._row, self._column = [], 0
