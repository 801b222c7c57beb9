"""What can break in a lamp post, and when that can be told from its power and its sensors."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from corolle_hil.chips.bl0942 import Bl0942
from corolle_hil.chips.converter import Converter
from corolle_hil.chips.lis3dh import Lis3dh
from corolle_hil.chips.pir import Pir
from corolle_hil.chips.tmp117 import Tmp117
from corolle_hil.chips.veml7700 import Veml7700
from corolle_hil.fitting import Furniture
from corolle_hil.world.housing import Housing
from corolle_hil.world.luminaire import Luminaire
from corolle_hil.world.mains import Mains

LASTS_S = 3600
_HOT_C = 75.0  # settings: derate_c
_HEATS_S = (
    4500  # so long before dusk, while its own heat is not there: two and a half time constants of the housing
)
_SETTLES_C = 88.0  # between the beginning of derating and the shutdown
_OWN_HEAT_C = 20.5  # of a luminaire at full light
_UPRIGHT = (0.0, 0.0, 1.0)

Mend = Callable[[], None]


@dataclass(frozen=True)
class Post:
    """What can break. Raises ValueError in `of()` for a post that lacks some of it."""

    mains: Mains
    luminaire: Luminaire
    housing: Housing
    converter: Converter
    meter: Bl0942
    presence: Pir
    lux: Veml7700
    temperature: Tmp117
    tilt: Lis3dh

    @classmethod
    def of(cls, it: Furniture) -> "Post":
        """The post of a unit."""
        if not (it.post and it.converter and it.energy_meter and it.presence and it.lux and it.tilt):
            raise ValueError(
                f"{it.name}: a post with dimmer, meter, presence, lux and tilt sensors is needed"
            )
        if not isinstance(it.temperature, Tmp117):
            raise ValueError(f"{it.name}: a post with a TMP117 is needed")
        body = it.post.mains, it.post.luminaire, it.post.housing
        return cls(*body, it.converter, it.energy_meter, it.presence, it.lux, it.temperature, it.tilt)


@dataclass(frozen=True)
class Kind:
    """One way to break.

    Attributes:
        name: the fault that a node must tell.
        when: "day", "lit", "dimmed" (to 20 % or less) or "full": the light by which it can be told.
        strike: breaks a post, and gives what mends it.
        there: whether the post is in the state that the fault's name means.
        lead_s: so long before that light begins it breaks; 0: at some moment of it.
    """

    name: str
    when: str
    strike: Callable[[Post, Random], Mend]
    there: Callable[[Post], bool] = lambda post: True
    lead_s: int = 0

    @property
    def slow(self) -> bool:
        """Whether it takes time to come, and to go once it is mended."""
        return self.lead_s > 0


def throw(owner: Any, **switches: Any) -> Mend:
    """Throw switches of a simulated thing; gives what sets them back."""
    before = {name: getattr(owner, name) for name in switches}

    def throw_all(values: dict[str, Any]) -> None:
        for name, value in values.items():
            setattr(owner, name, value)

    throw_all(switches)
    return lambda: throw_all(before)


def _dim_wrongly(post: Post, rng: Random) -> Mend:
    """The driver hears nothing any more, or the converter says always the same."""
    level = rng.uniform(0.4, 1.0)
    if rng.random() < 0.5:
        return throw(post.luminaire, stuck_level=level)
    return throw(post.converter, converter_v=10 * level)


def _burn_by_day(post: Post, _: Random) -> Mend:
    """The relay's coil is broken, so that its contact is shut, and the driver takes off for an open input."""
    return throw(post.luminaire, contact=True, always_on=True)


def _dip(post: Post, rng: Random) -> Mend:
    """It is over by itself."""
    post.mains.dip(rng.uniform(90, 175), LASTS_S * 1_000_000)
    return lambda: None


def _overheat(post: Post, _: Random) -> Mend:
    """Leaves on the heat sink: too hot by its own light only, and at full light below the shutdown."""
    return throw(post.housing, extra_c=_SETTLES_C - _OWN_HEAT_C - post.housing.temperature_c)


def _lose_a_chip(post: Post, rng: Random) -> Mend:
    return throw(rng.choice([post.meter, post.lux, post.temperature, post.tilt]).faults, dead=True)


def _tilt(post: Post, rng: Random) -> Mend:
    angle = math.radians(rng.uniform(15, 60))
    post.tilt.tilt((math.sin(angle), 0.0, math.cos(angle)))
    return lambda: post.tilt.tilt(_UPRIGHT)


KINDS = (
    Kind("lampFailure", "lit", lambda post, rng: throw(post.luminaire, burnt_out=True)),
    Kind("dimmingFailure", "dimmed", _dim_wrongly),
    Kind("lampPowerTooHigh", "full", lambda post, rng: throw(post.luminaire, excess=rng.uniform(1.3, 1.6))),
    Kind(
        "lampPowerTooLow",
        "full",
        lambda post, rng: throw(post.luminaire, failed_share=rng.uniform(0.3, 0.6)),
    ),
    Kind(
        "cyclingFailure",
        "lit",
        lambda post, rng: throw(post.luminaire, cycling=(rng.uniform(40, 70), rng.uniform(40, 70))),
    ),
    Kind("lampUnexpectedOn", "day", _burn_by_day),
    Kind("supplyLoss", "lit", _dip),
    Kind(
        "thermalDerating",
        "full",
        _overheat,
        lambda post: post.housing.temperature_c >= _HOT_C,
        _HEATS_S,
    ),
    Kind("presenceStuck", "lit", lambda post, rng: throw(post.presence, stuck=1)),
    Kind("sensorFault", "lit", _lose_a_chip),
    Kind("tilt", "lit", _tilt),
)
