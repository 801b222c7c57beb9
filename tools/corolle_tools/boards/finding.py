"""What a check has to say of a board."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something that is wrong; or, as a note, something that whoever builds the board should know.

    where: the entry, "fitted.relay.pin = 34". what: what is wrong with it. why: by which document. right:
    what would be right, a sentence by itself.
    """

    where: str
    what: str
    why: str
    right: str
    note: bool = False

    def __str__(self) -> str:
        return f"{self.where} {self.what}: {self.why}. {self.right}."


def listed(values: Iterable[object], last: str = "or") -> str:
    """A list as a sentence has it: "1, 2 or 3"; "none" when there is nothing."""
    words = [str(value) for value in values]
    if len(words) < 2:
        return words[0] if words else "none"
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
