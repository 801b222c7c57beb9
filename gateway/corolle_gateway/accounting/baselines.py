"""What a month would have taken otherwise. Each baseline has a name and a figure that the account states."""

from msgspec import Struct

from corolle_gateway.model import Unit

_DAY_S = 86_400.0


class Baselines(Struct, frozen=True):
    """The city's own figures; what is not given is not compared with.

    `former_w`: a former luminaire's power by site, "" for all others. `timer_l_day`: litres that a timer
    would have given a canopy each day.
    """

    former_w: dict[str, float] = {}
    timer_l_day: float | None = None

    def full_wh(self, full_w: float | None, burn_h: float) -> float | None:
        """The same lamp at full light for the hours it burnt."""
        return None if full_w is None else full_w * burn_h

    def former_wh(self, unit: Unit, burn_h: float) -> float | None:
        """The luminaire before it, for the same hours."""
        former_w = self.former_w.get(unit.site, self.former_w.get(""))
        return None if former_w is None else former_w * burn_h

    def timer_l(self, in_service_s: float) -> float | None:
        """A fixed timer, for the days the canopy was in service."""
        return None if self.timer_l_day is None else self.timer_l_day * in_service_s / _DAY_S
