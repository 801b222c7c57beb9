"""The real firmware of one lamp post through its nights: alone, with passers-by and a clock."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corolle_hil.fitting import Furniture
from corolle_hil.one_core import one_core
from corolle_hil.replay.album import Album, Page
from corolle_hil.replay.boot_watch import watch_boots
from corolle_hil.replay.diary import Diary
from corolle_hil.replay.tally import Tally
from corolle_hil.replay.witness import Witness
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Equipment, Street
from corolle_hil.world.counts import Rate
from corolle_hil.world.luminaire import Luminaire
from corolle_hil.world.passers import Passers, Sensor, Stop
from corolle_hil.world.place import ORIGIN_DEG, lay_out
from corolle_hil.world.scenario import WEEKS, ScenarioClimate

Record = dict[str, Any]

DAY_S = 86_400
# Collecting garbage in a node's own heap takes half of a replay's time, and tells nothing of the light.
ROOMY_BYTES = 512 * 1024
_NOON_S = 12 * 3600
_WEEK = 7  # nights
_SEEDS = 1000  # of a replay's parts: their seeds are those of no other replay
_BOOTED_US = 100_000


@dataclass(frozen=True)
class Nights:
    """What to replay.

    `view_m` is half the stretch of way that the sensor sees, `sensor_hold_s` how long it goes on reporting
    who has left it, `losses_w` what the luminaire's driver draws for itself at every level. The smaller these
    three, the nearer a saving comes to (1 - base) exp(-flow * hold): there a passage takes no time, and power
    goes with the level.
    """

    nights: int
    rate: Rate
    seed: int
    place_deg: tuple[float, float] = ORIGIN_DEG
    first_day_s: int = WEEKS["summer"]
    view_m: float = 0.5
    sensor_hold_s: float = 0.3
    losses_w: float = 0.0

    @property
    def begin_s(self) -> int:
        """Noon by the sun of the place: each night is whole."""
        return self.first_day_s + _NOON_S - round(self.place_deg[1] * 240)

    def weeks(self) -> "list[Nights]":
        """The same nights in parts that can be lived side by side, each with people of its own."""
        return [
            replace(
                self,
                nights=min(_WEEK, self.nights - before),
                seed=self.seed * _SEEDS + before // _WEEK,
                first_day_s=self.first_day_s + before * DAY_S,
            )
            for before in range(0, self.nights, _WEEK)
        ]


@dataclass(frozen=True)
class Replayed:
    """What came of it: every record, the sums, and the night that was kept for a picture."""

    records: list[Record]
    tally: Tally
    page: Page | None


def replay_lamp(what: Nights, equipment: Equipment, folder: Path, picture: int | None = None) -> Replayed:
    """Replay nights, each from noon to noon by the sun.

    The post stands alone: no gateway answers, its clock was set when it was mounted.

    Args:
        picture: the number of the night to keep, 0 for the one with the most passages, None for none.

    Raises:
        ValueError: the board has no presence sensor.
        NeverWorks: the node resets itself again and again.
    """
    scheduler = Scheduler(what.begin_s * 1_000_000, what.seed)
    place = lay_out(1, 0, 0, scheduler.rng("place"))
    climate = ScenarioClimate(scheduler.rng, place_deg=what.place_deg)
    records: list[Record] = []

    def hear(record: Record) -> None:
        records.append(record)
        diary.take(record)

    with (
        one_core(),
        Street(
            scheduler, place, lambda _: equipment, folder, climate, hear, 0.0, what.place_deg, ROOMY_BYTES
        ) as street,
    ):
        unit = street.units[place.lamps[0].name]
        watch_boots(scheduler, [unit])
        luminaire, sensor = _set_up(unit.furniture, what)
        diary = Diary(scheduler, luminaire)
        witness = Witness(scheduler, sensor, luminaire, what.place_deg, diary)
        album = None if picture is None else Album(scheduler, luminaire, diary, witness, picture)
        Passers(scheduler, "way", [Stop(0.0, witness)], what.rate, what.view_m)
        scheduler.at(_BOOTED_US, unit.board.set_clock, scheduler.epoch_us + _BOOTED_US)
        for night in range(1, what.nights + 1):
            street.run(night * DAY_S * 1_000_000)
            if album:
                album.turn()
        return Replayed(records, Tally.of(diary, witness, luminaire), album and album.kept)


def _set_up(it: Furniture, what: Nights) -> tuple[Luminaire, Sensor]:
    """Make luminaire and sensor those of the scenario."""
    if it.post is None or it.presence is None or it.lookout is None:
        raise ValueError("a replay needs a lamp post with an infrared presence sensor (driver pir)")
    it.presence.hold_us = round(what.sensor_hold_s * 1e6)
    it.post.luminaire.losses_w = what.losses_w
    it.post.luminaire.update()
    return it.post.luminaire, it.lookout
