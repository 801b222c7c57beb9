"""A text of a unit that does not fit in one message: settings, the log."""

import struct
from collections.abc import Callable

from corolle_tools.ble.central import Link
from corolle_tools.ble.faults import Lost, Refused

_OVERLAP_BYTES = 32
_HEAD = struct.Struct("<HH")  # where the next page begins, the text's length
OnBytes = Callable[[int, int], None]
_STARTS = 3  # so often a text that changes meanwhile is read anew


class PagedText:
    """Reads by pages that overlap a little: lines may be added to a log, and the oldest dropped, meanwhile.

    It stays after a lost connection, and read() goes on where it stood.

    Args:
        on_bytes: called with how many bytes are there, and how many there are.
    """

    def __init__(self, request: str, on_bytes: OnBytes = lambda count, length: None):
        self._request = request
        self._on_bytes = on_bytes
        self._text = b""
        self._length = 0
        self._starts = 0

    async def read(self, link: Link) -> str:
        """The whole text. Refused when it never holds still."""
        try:
            while not await self._page(link):
                self._on_bytes(len(self._text), self._length)
        except Lost as lost:
            here = f"{len(self._text)} of {self._length}" if self._length else "0"
            raise Lost(f"{lost} ({here} bytes of the {self._request} are here)") from lost
        return self._text.decode(errors="replace")

    async def _page(self, link: Link) -> bool:
        """Read one more; True after the last."""
        begin = max(0, len(self._text) - _OVERLAP_BYTES)
        answer = await link.ask(self._request, begin.to_bytes(2, "little"))
        if len(answer) < _HEAD.size:
            raise Refused(f"{link.name}: its {self._request} is not what this version reads")
        following, self._length = _HEAD.unpack_from(answer)
        page = answer[_HEAD.size :]
        known = self._text[begin:]
        if page[: len(known)] != known:
            self._begin_anew(link.name)
            return False
        self._text += page[len(known) :]
        return not following

    def _begin_anew(self, name: str) -> None:
        self._starts += 1
        self._text = b""
        if self._starts == _STARTS:
            raise Refused(
                f"{name}: its {self._request} changes faster than it is read: try again in a moment"
            )
