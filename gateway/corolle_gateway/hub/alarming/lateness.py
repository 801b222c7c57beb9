"""Events that come late, for a unit tells them anew until they are acknowledged: what is newer counts."""

from corolle_gateway.hub.alarming import signs
from corolle_gateway.hub.alarming.life import Sign
from corolle_gateway.model import Unit

_ON_ITS_WAY_S = 60.0  # a report was made so long before it came, at most


class Lateness:
    """When each unit's events have last said something of each alarm, by the unit's own clock."""

    def __init__(self) -> None:
        self._told_s: dict[tuple[str, str], float] = {}  # by unit and code

    def current(self, unit: Unit, told: list[Sign], at_s: float, reported_s: float) -> list[Sign]:
        """Those of an event's signs that neither a newer event nor a newer report has told otherwise.

        `at_s`: when it happened, or came if its unit did not know; `reported_s`: when the last report came.
        """
        if at_s < reported_s - _ON_ITS_WAY_S:
            told = [sign for sign in told if sign.code not in signs.reported(unit.kind)]
        kept = [sign for sign in told if at_s >= self._told_s.get((unit.name, sign.code), 0.0)]
        self._told_s.update({(unit.name, sign.code): at_s for sign in kept})
        return kept
