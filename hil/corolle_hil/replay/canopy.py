"""The real firmware of one canopy through a season, next to an irrigation clock in the same weather."""

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corolle_hil.fitting import Furniture
from corolle_hil.one_core import one_core
from corolle_hil.replay.boot_watch import watch_boots
from corolle_hil.replay.lamp import DAY_S
from corolle_hil.replay.season_album import SeasonAlbum, SeasonPage
from corolle_hil.replay.season_keeper import Keeper
from corolle_hil.replay.season_tally import SeasonTally
from corolle_hil.replay.water_diary import WaterDiary
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Equipment, Street
from corolle_hil.world.climate import Climate, by_the_minute
from corolle_hil.world.counts import Steady
from corolle_hil.world.passers import Passers, Stop
from corolle_hil.world.place import ORIGIN_DEG, lay_out
from corolle_hil.world.planter import plant
from corolle_hil.world.scenario import ScenarioClimate
from corolle_hil.world.soil import STEP_S, Ground, Sky, Soil, even
from corolle_hil.world.water import DripLine

Record = dict[str, Any]

# Just enough for the firmware to let nothing go: what it asks of its heap then takes longer with its size.
HEAP_BYTES = 768 * 1024
_VIEW_M = 3.0  # whoever is under the canopy
_MORE_THAN_IT_HOLDS_L = 10_000.0


@dataclass(frozen=True)
class Season:
    """What to replay.

    Attributes:
        begin_s: Unix time of its first local midnight.
        climate: its weather; None for days drawn around the normals of Toulouse.
        crop: one of planter.CROPS; None for plants as canopies of a street have them, more or less grown.
        passers_h: who walks through under the canopy in an hour, where a sensor sees people.
        vwc: water content of the soil to begin with, a share of its volume.
    """

    days: int
    seed: int
    begin_s: int
    place_deg: tuple[float, float] = ORIGIN_DEG
    climate: Climate | None = None
    crop: str | None = None
    passers_h: float = 10.0
    vwc: float = 0.33


@dataclass(frozen=True)
class Grown:
    """What came of it; the page is None when no picture was wanted."""

    tally: SeasonTally
    page: SeasonPage | None


def replay_canopy(
    what: Season, equipment: Equipment, folder: Path, hear: Callable[[Record], None], picture: bool = False
) -> Grown:
    """Replay a season: the canopy and the clock begin with the same soil, and have no water to spare in it.

    Its tank is filled every night, for the clock's line hangs on the mains and never runs dry. A wire stands
    in for its radio, with a keeper at the end who commissions the mist line and does what its duties ask for.

    Args:
        hear: called with every record.

    Raises:
        ValueError: the board has no valve or no soil probes, or no such crop.
        NeverWorks: the node resets itself again and again.
    """
    scheduler = Scheduler(what.begin_s * 1_000_000, what.seed)
    place = lay_out(0, 1, 0, scheduler.rng("place"))
    climate = by_the_minute(what.climate or ScenarioClimate(scheduler.rng, place_deg=what.place_deg))
    diary = WaterDiary(scheduler, climate)

    def take(record: Record) -> None:
        diary.take(record)
        hear(record)

    with (
        one_core(),
        Street(
            scheduler, place, lambda _: equipment, folder, climate, take, 0.0, what.place_deg, HEAP_BYTES
        ) as street,
    ):
        unit = street.units[place.canopies[0].name]
        watch_boots(scheduler, [unit])
        soil, drip = _set_up(unit.furniture, what)
        _let_people_come(scheduler, unit.furniture, what)
        Keeper(scheduler, unit.board)
        ground = Ground(soil.vwc, soil.demand_mm_d)
        gc.freeze()  # what is there now stays: to look through it again and again takes seconds of a season
        album = SeasonAlbum(scheduler, soil, what.days * DAY_S * 1_000_000) if picture else None
        stress_h = list(_days(street, unit.furniture, soil, what.days))
        diary.settle()
        tally = SeasonTally.of(diary, soil, drip.litres, stress_h, ground, _skies(what, soil))
        return Grown(tally, album and album.finish(diary.decisions, tally.timer))


def _set_up(it: Furniture, what: Season) -> tuple[Soil, DripLine]:
    if it.soil is None or it.drip is None:
        raise ValueError("a replay needs a canopy with a drip valve and soil probes")
    if what.crop:
        it.soil.planter = plant(what.crop)
    it.soil.vwc = even(min(what.vwc, it.soil.planter.field_capacity))
    return it.soil, it.drip


def _let_people_come(scheduler: Scheduler, it: Furniture, what: Season) -> None:
    """Where nobody is seen, nobody need come: that spares their events."""
    if it.lookout:
        Passers(scheduler, "square", [Stop(0.0, it.lookout)], Steady(what.passers_h), _VIEW_M)


def _days(street: Street, it: Furniture, soil: Soil, days: int) -> Iterator[float]:
    """Live day by day; yields each one's hours of stress."""
    for day in range(1, days + 1):
        before_h = soil.stress_h
        if it.tank:
            it.tank.fill(_MORE_THAN_IT_HOLDS_L)
        street.run(day * DAY_S * 1_000_000)
        soil.update()
        yield soil.stress_h - before_h


def _skies(what: Season, soil: Soil) -> list[Sky]:
    moments = range(what.begin_s, what.begin_s + what.days * DAY_S, STEP_S)
    return [Sky.at(moment, soil.climate, what.place_deg) for moment in moments]
