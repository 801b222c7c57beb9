"""Settings wanted of a unit against those it says it runs."""

from collections.abc import Iterator

from corolle_tools.ble import tables
from corolle_tools.ble.central import Identity, Link
from corolle_tools.ble.faults import Refused, Usage
from corolle_tools.ble.pages import OnBytes, PagedText

_MOST_BYTES = 500  # of one message, less opcode and number


class Desired:
    """Reads what a unit runs, changes what is wanted otherwise, reads it back.

    Attributes:
        kind: the unit's, "" until it has said so.
        before: what it ran.
        reported: what it says it runs now.
    """

    def __init__(self, wanted: dict[str, int], on_bytes: OnBytes = lambda count, length: None):
        self.kind = ""
        self.before: dict[str, int] = {}
        self.reported: dict[str, int] = {}
        self._wanted = wanted
        self._first = PagedText("settings", on_bytes)

    @property
    def desired(self) -> dict[str, int]:
        """All that it is to run."""
        return self.before | self._wanted

    @property
    def changes(self) -> dict[str, int]:
        """What is wanted and was otherwise."""
        return {name: value for name, value in self._wanted.items() if self.before.get(name) != value}

    @property
    def hashes(self) -> tuple[int, int]:
        """Of what is desired and of what is reported."""
        return tables.hash_of(self.kind, self.desired), tables.hash_of(self.kind, self.reported)

    @property
    def agreed(self) -> bool:
        """Whether the unit runs what it is to run."""
        return self.reported == self.desired

    async def pursue(self, link: Link, identity: Identity) -> None:
        """Do it; after a lost connection once more: a value set twice is set."""
        self.kind = identity.kind
        if not self.before:
            self.before = self.reported = self._parsed(link.name, await self._first.read(link))
        missing = [name for name in self._wanted if name not in self.before]
        if missing:
            raise Usage(f"{link.name} has no part that {', '.join(missing)} could set")
        if self.changes:
            for lines in _messages(self.changes):
                await link.ask("set", lines)
            self.reported = self._parsed(link.name, await PagedText("settings").read(link))

    def _parsed(self, name: str, text: str) -> dict[str, int]:
        try:
            return tables.in_order(self.kind, tables.parse(text))
        except ValueError as error:
            raise Refused(f"{name} tells settings that this version cannot read: {error}") from None


def _messages(values: dict[str, int]) -> Iterator[bytes]:
    """NAME=VALUE lines, as many in a message as it has room for."""
    part = b""
    for name, value in values.items():
        line = f"{name}={value}\n".encode()
        if len(part) + len(line) > _MOST_BYTES:
            yield part
            part = b""
        part += line
    yield part
