"""Weather files of made-up seasons: a dry summer, and a month in which it rains every other day."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

from corolle_hil.world import epw
from corolle_hil.world.normals import Normals
from corolle_hil.world.scenario import TOULOUSE_DEG, ScenarioClimate, hours

DRY = Normals(17.5, 31.0, 58, 12, 2, 300, 3.3)
WET = Normals(11.5, 20.0, 82, 150, 15, 130, 3.5)


def write_season(path: Path, normals: Normals, seed: int, first: datetime, days: int) -> Path:
    """A weather file of days like these, the same ones for the same seed, and one more before and after."""
    begin_s = round(first.replace(tzinfo=UTC).timestamp()) - 86_400
    climate = ScenarioClimate(lambda name: Random(f"{seed}/{name}"), (normals,) * 12)
    epw.write(path, hours(climate, begin_s, days + 2), "Testville", *TOULOUSE_DEG)
    return path
