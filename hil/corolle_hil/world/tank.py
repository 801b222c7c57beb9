"""A tank outdoors: rain from the canopy's roof runs in, a line draws from it."""

from corolle_hil.scheduler import Scheduler
from corolle_hil.world.climate import Climate

_STEP_US = 600_000_000


class Tank:
    """One tank. What stands in it catches up whenever somebody looks; what is too much runs over.

    Args:
        litres: what stands in it now; full by default.
        climate, catchment_m2: the rain, and the roof it is gathered from; without either no rain comes in.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        capacity_l: float,
        litres: float | None = None,
        climate: Climate | None = None,
        catchment_m2: float = 0.0,
    ):
        if capacity_l <= 0:
            raise ValueError(f"capacity_l = {capacity_l} must be above 0")
        self._scheduler = scheduler
        self._capacity_l = capacity_l
        self._litres = capacity_l if litres is None else litres
        self._climate = climate if catchment_m2 else None
        self._catchment_m2 = catchment_m2
        self._drawn_l_s = 0.0
        self._done_us = scheduler.now_us

    @property
    def litres(self) -> float:
        """What stands in it now."""
        while self._done_us < self._scheduler.now_us:
            next_us = min(self._scheduler.now_us, self._done_us + _STEP_US)
            if self._climate is None:
                next_us = self._scheduler.now_us
            seconds = (next_us - self._done_us) / 1e6
            gained_l = (self._rain_l_s() - self._drawn_l_s) * seconds
            self._litres = max(0.0, min(self._capacity_l, self._litres + gained_l))
            self._done_us = next_us
        return self._litres

    @property
    def share(self) -> float:
        """How full it is, 0 to 1."""
        return self.litres / self._capacity_l

    def fill(self, litres: float) -> None:
        """Somebody brings water."""
        self._litres = min(self._capacity_l, self.litres + litres)

    def draw(self, flow_l_s: float) -> None:
        """From now on so much is drawn."""
        self._litres = self.litres
        self._drawn_l_s = flow_l_s

    def _rain_l_s(self) -> float:
        if self._climate is None:
            return 0.0
        unix_s = (self._scheduler.epoch_us + self._done_us) / 1e6
        return self._climate(unix_s).rain_mm_h * self._catchment_m2 / 3600
