"""Stands in the passers' way before the sensor, and looks whether they had light in time."""

from collections.abc import Callable

from corolle_hil.replay.diary import Diary
from corolle_hil.scheduler import Scheduler
from corolle_hil.world import sun
from corolle_hil.world.luminaire import Luminaire
from corolle_hil.world.passers import Sensor

_FULL_WITHIN_US = 1_000_000  # from coming into view to full light
_FULL = 0.99
_NIGHT_DEG = -6.0  # civil twilight: from then on it is night, whatever the lamp holds it to be


class Witness:
    """One witness; by day nobody needs light.

    `seen` is called with each passage at night, when it comes into view.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        sensor: Sensor,
        luminaire: Luminaire,
        place_deg: tuple[float, float],
        diary: Diary,
    ):
        self.seen: Callable[[], None] = lambda: None
        self.passages = 0
        self.lit_in_time = 0
        self._scheduler = scheduler
        self._sensor = sensor
        self._luminaire = luminaire
        self._place_deg = place_deg
        self._diary = diary

    def enter(self, speed_m_s: float) -> None:
        """Somebody comes into view."""
        if self._night():
            self.seen()
            self._scheduler.after(_FULL_WITHIN_US, self._look)
        self._sensor.enter(speed_m_s)

    def leave(self) -> None:
        """Somebody is out of view."""
        self._sensor.leave()

    def _look(self) -> None:
        """Who came in the night's last second is left to the day."""
        if self._night():
            self.passages += 1
            self.lit_in_time += self._luminaire.level >= _FULL

    def _night(self) -> bool:
        """Whether the lamp or the sun holds it to be night."""
        if self._diary.is_dark:
            return True
        return sun.elevation_deg(self._scheduler.unix_us / 1e6, *self._place_deg) < _NIGHT_DEG
