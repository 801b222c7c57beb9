"""What the city may want units to run, and why it may not: the firmware's own tables of settings decide."""

import difflib
from typing import Any

from msgspec import Struct, json

from corolle_gateway.hub.orders import OrderError, checked_author, checked_id, decoded, signed
from corolle_gateway.settings_tables import known

VERB = "settings"


class Wish(Struct, frozen=True):
    """Values by setting; None: whatever it was that was wanted, it is no more."""

    id: str
    settings: dict[str, int | None]
    author: str


class _Written(Struct, forbid_unknown_fields=True):
    verb: str
    settings: dict[str, Any] = {}
    id: str | int | None = None
    author: str | None = None


def read(kinds: set[str], payload: bytes) -> Wish:
    """The wish in a payload, for units of these kinds. OrderError names a wrong setting and its range."""
    with signed(payload):
        written = decoded(payload, _Written)
        order_id = checked_id(written.id)
        if not kinds:
            raise OrderError("command_unknown_unit", "nobody of that name is registered here")
        for name, value in written.settings.items():
            _check(sorted(kinds), name, value)
        return Wish(order_id, written.settings, checked_author(written.author))


def _check(kinds: list[str], name: str, value: Any) -> None:
    """A setting that some of them have, and a value that is legal for all of these."""
    rows = {kind: known(kind)[name] for kind in kinds if name in known(kind)}
    if not rows:
        names = [each for kind in kinds for each in known(kind)]
        close = difflib.get_close_matches(name, names, 3, 0.5)
        reason = f"a {' or '.join(kinds)} has no setting {name!r}" + (
            f": {', '.join(close)}?" if close else ""
        )
        raise OrderError("command_unknown_setting", reason)
    if value is None:
        return
    for kind, row in rows.items():
        if type(value) is not int:
            said = f"{name} = {json.encode(value).decode()}"
            raise OrderError("command_bad_field", f"{said} is no whole number: {row.legal} of a {kind}")
        if not row.lowest <= value <= row.highest:
            raise OrderError("command_out_of_range", f"{name} = {value} is outside {row.legal} of a {kind}")
