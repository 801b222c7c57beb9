"""What was found of one thing."""

from typing import Literal

from msgspec import Struct

State = Literal["good", "doubtful", "bad"]


class Finding(Struct, frozen=True):
    """`said` names a sentence of words.py, `values` stand in it."""

    state: State
    subject: str
    said: str
    values: dict[str, object] = {}


def good(subject: str, said: str, **values: object) -> Finding:
    """All is well."""
    return Finding("good", subject, said, values)


def doubtful(subject: str, said: str, **values: object) -> Finding:
    """The gateway runs with it; somebody should look at it."""
    return Finding("doubtful", subject, said, values)


def bad(subject: str, said: str, **values: object) -> Finding:
    """The gateway does not run with it, or not as it should."""
    return Finding("bad", subject, said, values)
