"""Who is meant by a name: a unit, all of a group, of a site or of a kind."""

from collections import defaultdict
from collections.abc import Iterable

from corolle_gateway.model import Unit


class Places:
    """Names are clear: the units file is refused when a unit is called like a group, a site or a kind."""

    def __init__(self) -> None:
        self._members: defaultdict[str, list[Unit]] = defaultdict(list)

    def load(self, units: Iterable[Unit]) -> None:
        """All units there are now."""
        self._members.clear()
        for unit in units:
            for name in names_of(unit):
                self._members[name].append(unit)

    def members(self, name: str) -> list[Unit]:
        """The units that go by a name; none when nobody knows it."""
        return self._members.get(name, [])

    def groups(self) -> list[str]:
        """The names of groups and sites; those of kinds are in the units' own."""
        units = [unit for members in self._members.values() for unit in members]
        return sorted({name for unit in units for name in (unit.site, *unit.groups)})

    def is_unit(self, name: str) -> bool:
        """Whether a name is a unit's own."""
        members = self.members(name)
        return len(members) == 1 and members[0].name == name


def names_of(unit: Unit) -> tuple[str, ...]:
    """All names that a unit goes by, the widest first: what is said of a later one counts more."""
    return (unit.kind, unit.site, *unit.groups, unit.name)
