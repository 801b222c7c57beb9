"""What nights came to, in sums that add up, and in the figures they are told by."""

from dataclasses import dataclass, fields
from typing import Any

from corolle_hil.replay.baselines import ALWAYS_FULL, HALF_NIGHT, OFF_NIGHT
from corolle_hil.replay.diary import Diary
from corolle_hil.replay.witness import Witness
from corolle_hil.world.luminaire import Luminaire


@dataclass(frozen=True)
class Tally:
    """Sums of some nights. The energies are those of the dark hours."""

    on_h: float = 0.0
    dark_h: float = 0.0
    passages: int = 0
    lit_in_time: int = 0
    switches: int = 0
    energy_wh: float = 0.0
    full_wh: float = 0.0
    half_night_wh: float = 0.0
    off_night_wh: float = 0.0

    @classmethod
    def of(cls, diary: Diary, witness: Witness, luminaire: Luminaire) -> "Tally":
        """What has come to pass so far. The baselines are dark by the lamp's own dusk and dawn."""
        diary.settle()
        baselines = (ALWAYS_FULL, HALF_NIGHT, OFF_NIGHT)
        return cls(
            diary.on_us / 3.6e9,
            sum(end_s - begin_s for begin_s, end_s in diary.dark) / 3600,
            witness.passages,
            witness.lit_in_time,
            diary.switches,
            diary.dark_wh,
            *(baseline.energy_wh(diary.dark, luminaire.steady_w) for baseline in baselines),
        )

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, it.name) + getattr(other, it.name) for it in fields(self)))

    def figures(self) -> dict[str, Any]:
        """For people and programs. `passages_per_h` and the savings are None where it never was dark."""
        return {
            "hours_on": round(self.on_h, 2),
            "passages": self.passages,
            "passages_per_h": round(self.passages / self.dark_h, 2) if self.dark_h else None,
            "lit_in_time": self.lit_in_time,
            "switches": self.switches,
            "energy_wh": round(self.energy_wh, 1),
            "energy_full_wh": round(self.full_wh, 1),
            "saving": self._saving(self.energy_wh),
            "saving_half_night": self._saving(self.half_night_wh),
            "saving_off_night": self._saving(self.off_night_wh),
        }

    def _saving(self, energy_wh: float) -> float | None:
        return round(1 - energy_wh / self.full_wh, 4) if self.full_wh else None
