"""Events that come late, for a unit tells them anew until they are acknowledged: what is newer counts.

Against a report nothing is weighed, for that would take two clocks that agree: the next report puts it right.
"""

from corolle_gateway.hub.alarming.life import Sign

_LONGEST_S = 86_400.0  # what seems to come later than that comes from a clock that was set back


class Lateness:
    """When each unit's events have last said something of each alarm, by the unit's own clock."""

    def __init__(self) -> None:
        self._told_s: dict[tuple[str, str], float] = {}  # by unit and code

    def current(self, unit: str, told: list[Sign], at_s: float) -> list[Sign]:
        """Those of an event's signs that no newer event has told otherwise.

        `at_s`: when it happened, or came if its unit did not know.
        """
        kept = [sign for sign in told if not 0 < self._told_s.get((unit, sign.code), 0.0) - at_s < _LONGEST_S]
        self._told_s.update({(unit, sign.code): at_s for sign in kept})
        return kept
