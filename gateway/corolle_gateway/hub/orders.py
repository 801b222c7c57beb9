"""What the city may write on a unit's command topic, and why it may not."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import msgspec
from corolle.wire.commands import legal_values, verbs
from msgspec import Meta, Struct

from corolle_gateway.model import Command, Unit, iso_utc

MAX_BYTES = 1024
DEFAULT_FOR_S = 3600.0
MAX_FOR_S = 31 * 86400.0
_HARDLY_S = 0.001  # what sums of seconds may differ by
_MAX_AUTHOR = 12
_NOBODY = "city"
_SIGNED = ("ban", "lift", "lab", "cleaned", "sampled", "drain")  # evidence, and somebody answers for it
_MAX_ID = 64

T = TypeVar("T")


class Order(Struct, frozen=True):
    """A command as it may be accepted. `for_s`: None where it was said until when."""

    id: str
    verb: str
    value: int
    until_s: float
    author: str
    for_s: float | None = None


class OrderError(ValueError):
    """An order that is refused: `cause` to count by, the text for who gave it, its id and author if known."""

    def __init__(self, cause: str, reason: str, order_id: str | None = None, author: str | None = None):
        super().__init__(reason)
        self.cause = cause
        self.order_id = order_id
        self.author = author


# Beyond this a float no longer tells one second from the next.
_Seconds = Annotated[float, Meta(ge=0, le=2**53)]


class _Written(Struct, forbid_unknown_fields=True):
    verb: str
    id: str | int | None = None
    value: int | None = None
    for_s: _Seconds | None = None
    until: str | _Seconds | None = None
    author: str | None = None


class _Verb(Struct):
    verb: str


class _Signed(Struct):
    """Whatever else is wrong, and also if these are."""

    id: Any = None
    author: Any = None


def read(unit: Unit | None, payload: bytes, now_s: float) -> Order:
    """The order in a payload for a unit (None: not registered). OrderError says what is wrong with it."""
    with signed(payload):
        written = decoded(payload, _Written)
        order_id = checked_id(written.id)
        if unit is None:
            raise OrderError("command_unknown_unit", "no such unit is registered here")
        value = _value(unit, written)
        until_s, author = _until_s(written, now_s), _author(written)
        for_s = None if written.until is not None else until_s - now_s
        return Order(order_id, written.verb, value, until_s, author, for_s)


def is_again(order: Order, name: str, known: Command) -> bool:
    """Whether an order to a name is the one that is known under its id, come again."""
    if order.for_s is None:
        ends_alike = order.until_s == known.until_s
    else:
        ends_alike = abs(known.created_s + order.for_s - known.until_s) < _HARDLY_S
    given = name, order.verb, order.value, order.author
    return ends_alike and given == (_addressee(known), known.verb, known.value, known.author)


def reused(order: Order, known: Command) -> OrderError:
    """Why no other order is accepted under a known id: nobody could say of which of them an answer tells."""
    value = "" if known.value == 0 and known.verb != "level" else f" {known.value}"
    was = f"{known.verb}{value} by {known.author} to {_addressee(known)} until {iso_utc(known.until_s)}"
    return OrderError("command_id_reused", f"id {known.id} was {was}", order.id, order.author)


def _addressee(known: Command) -> str:
    return known.group or known.unit


def verb_of(payload: bytes) -> str | None:
    """Which sort of order it is; what else it is shows when it is read. None when it can only be refused."""
    try:
        return decoded(payload, _Verb).verb
    except OrderError:
        return None


def decoded(payload: bytes, form: type[T]) -> T:
    """What the city wrote, in the form that an order of its sort has. OrderError."""
    if len(payload) > MAX_BYTES:
        raise OrderError("command_too_long", f"{len(payload)} bytes, at most {MAX_BYTES}")
    try:
        msgspec.json.decode(payload, type=msgspec.Raw)  # is it JSON? Else another thing would be found first
        return msgspec.json.decode(payload, type=form)
    except msgspec.ValidationError as error:
        raise OrderError("command_bad_field", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise OrderError("command_bad_json", f"not a JSON object: {error}") from error


@contextmanager
def signed(payload: bytes) -> Iterator[None]:
    """What is found wrong with an order meanwhile says which one it is, and whose."""
    try:
        yield
    except OrderError as error:
        error.order_id, error.author = _signature(payload)
        raise


def _signature(payload: bytes) -> tuple[str | None, str | None]:
    try:
        found = decoded(payload, _Signed)
    except OrderError:
        return None, None
    order_id = str(found.id)[:_MAX_ID] if isinstance(found.id, str | int) else None
    return order_id, found.author if isinstance(found.author, str) else None


def checked_id(given: str | int | None) -> str:
    """An order's id, one of our own where none was given. OrderError."""
    if given is None:
        return secrets.token_hex(6)
    text = str(given)
    if not 0 < len(text) <= _MAX_ID or not text.isprintable():
        raise OrderError("command_bad_id", f"id must be 1 to {_MAX_ID} printable characters")
    return text


def _value(unit: Unit, written: _Written) -> int:
    legal = legal_values(unit.kind, written.verb)
    if legal is None:
        known = verbs(unit.kind)
        raise OrderError(
            "command_unknown_verb", f"a {unit.kind} takes {', '.join(known)}, not {written.verb!r}"
        )
    low, high, measure = legal
    if written.value is None and low < high:
        raise OrderError("command_out_of_range", f"value is missing: {low}..{high} {measure}".rstrip())
    value = written.value or 0
    if not low <= value <= high:
        raise OrderError(
            "command_out_of_range", f"value = {value} is outside {low}..{high} {measure}".rstrip()
        )
    return value


def _until_s(written: _Written, now_s: float) -> float:
    if written.until is not None and written.for_s is not None:
        raise OrderError("command_bad_field", "give for_s or until, not both")
    if written.until is not None:
        until_s = _unix_s(written.until)
    else:
        until_s = now_s + (DEFAULT_FOR_S if written.for_s is None else written.for_s)
    if until_s <= now_s:
        raise OrderError("command_expired", "it ended before it came")
    if until_s > now_s + MAX_FOR_S:
        raise OrderError("command_out_of_range", f"it would last more than {MAX_FOR_S:.0f} s")
    return until_s


def _unix_s(given: str | float) -> float:
    if not isinstance(given, str):
        return float(given)
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        reason = f"until = {given[:40]!r} is neither ISO 8601 nor unix seconds"
        raise OrderError("command_bad_field", reason) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _author(written: _Written) -> str:
    if written.author is None and written.verb in _SIGNED:
        raise OrderError("command_bad_author", f"{written.verb} is signed: author is missing")
    return checked_author(written.author)


def checked_author(given: str | None) -> str:
    """Who orders. OrderError."""
    given = _NOBODY if given is None else given
    if not 0 < len(given) <= _MAX_AUTHOR or not (given.isascii() and given.isprintable()):
        raise OrderError(
            "command_bad_author", f"author must be 1 to {_MAX_AUTHOR} printable ASCII characters"
        )
    return given
