"""What a canopy decided: doses, refusals, hours of mist and what that cooled."""

from collections import Counter
from typing import Any

from corolle_hil.scheduler import Scheduler
from corolle_hil.world.climate import Climate
from corolle_hil.world.wet_bulb import wet_bulb_c

Record = dict[str, Any]
Decision = tuple[float, int, str]
"""Unix time, value, reason."""

# Reasons that withhold what is wanted. A moist soil or cool air wants nothing, and pauses belong to a dose.
REFUSING = frozenset(
    "safe mode|sensor lost|clock unknown|minimum interval|guard time|guard litres|guard litres an hour|"
    "guard litres a day|probes disagree|probe out of range|probe stale|frost guard|tank empty|"
    "unexplained flow|no flow|drought order|outside hours|rain expected|leak|low battery|sanitary lock|"
    "other valve open|somebody there".split("|")
)
_PAUSE = "burst pause"
_NO_MIST = "purging"  # water runs, but to the drain
_STEP_S = 600
# Close to the nozzles mist takes the air two thirds of the way to its wet bulb: 8 to 10 K of 12 to 15.
_EFFECT = 0.67


class WaterDiary:
    """Hears every record of the street. `decisions` are by output ("valve", "mist")."""

    def __init__(self, scheduler: Scheduler, climate: Climate):
        self.decisions: dict[str, list[Decision]] = {"valve": [], "mist": []}
        self.refusals: dict[str, Counter[str]] = {"valve": Counter(), "mist": Counter()}
        self.doses = 0
        self.mist_s = 0.0
        self.nozzle_s = 0.0
        self.cooling_kh = 0.0
        self._scheduler = scheduler
        self._climate = climate
        self._settled_s = self._now_s

    def take(self, record: Record) -> None:
        """One record of the street."""
        if record["type"] != "decision" or record["output"] not in self.decisions:
            return
        output, value, reason = record["output"], record["value"], record["reason"]
        before = self.decisions[output][-1:]
        if output == "mist":
            self.settle()
        elif value and not (before and before[0][1]):
            self.doses += 1
        if reason in REFUSING and not (before and before[0][2] == reason):
            self.refusals[output][reason] += 1
        self.decisions[output].append((self._now_s, value, reason))

    def settle(self) -> None:
        """Count the mist since it was counted last."""
        begin_s, self._settled_s = self._settled_s, self._now_s
        if not self.decisions["mist"]:
            return
        _, value, reason = self.decisions["mist"][-1]
        sprays = value > 0 and reason != _NO_MIST
        if sprays or reason == _PAUSE:
            self.mist_s += self._now_s - begin_s
        if sprays:
            self.nozzle_s += self._now_s - begin_s
            self._cool(begin_s)

    @property
    def _now_s(self) -> float:
        return self._scheduler.unix_us / 1e6

    def _cool(self, begin_s: float) -> None:
        """Between bursts the wind takes the cooled air away, so only bursts count."""
        while begin_s < self._now_s:
            end_s = min(self._now_s, begin_s + _STEP_S)
            air = self._climate(begin_s)
            depression_k = air.temperature_c - wet_bulb_c(air.temperature_c, air.humidity_pct)
            self.cooling_kh += _EFFECT * depression_k * (end_s - begin_s) / 3600
            begin_s = end_s
