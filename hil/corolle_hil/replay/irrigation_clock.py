"""An ordinary irrigation clock: the same litres every day at the same hour, whatever the sky does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf

from corolle_hil.world.planter import Planter
from corolle_hil.world.soil import STEP_S, Ground, Sky, advance, even

DAY_STEPS = 86_400 // STEP_S
_FROM_STEP = 6 * 3600 // STEP_S  # six in the morning, before the sun takes it
_STEP_L = 60 * STEP_S / 3600  # what a drip line gives at 60 l/h
_FINENESS_L = 0.25  # to which it can be set
_MOST = 256  # such portions
_COMES_AGAIN = 30  # days: then the soil has forgotten how it began

Skies = Sequence[Sky]
"""What the sky did, every STEP_S from a midnight on."""


@dataclass
class Life:
    """What came of a planter: litres, hours of stress day by day, its soil at each step."""

    litres: float = 0.0
    stress_h: list[float] = field(default_factory=list)
    grounds: list[Ground] = field(default_factory=list)


def live(planter: Planter, ground: Ground, skies: Skies, daily_l: float, most_stress_h: float = inf) -> Life:
    """A planter watered by the clock, through whole days; it ends where there is too much stress."""
    life = Life()
    for begin in range(0, len(skies), DAY_STEPS):
        stressed = 0
        for step, sky in enumerate(skies[begin : begin + DAY_STEPS]):
            drip_l = min(_STEP_L, max(0.0, daily_l - (step - _FROM_STEP) * _STEP_L))
            ground = advance(planter, ground, STEP_S, sky, drip_l if step >= _FROM_STEP else 0.0)
            stressed += ground.is_stressed(planter)
            life.grounds.append(ground)
        life.litres += daily_l
        life.stress_h.append(stressed * STEP_S / 3600)
        if sum(life.stress_h) > most_stress_h:
            break
    return life


def driest_day(planter: Planter, skies: Skies) -> int:
    """The number, from 0, of the day on which plants want most beyond what it rains."""
    return max(range(len(skies) // DAY_STEPS), key=lambda day: _want_mm(planter, _of_day(skies, day)))


def for_driest_day(planter: Planter, skies: Skies, standard_h: float) -> float:
    """The fewest litres a day with which the driest day has at most `standard_h` hours of stress.

    A clock is set for the worst it may meet, and not for how moist the soil happens to be before: so the day
    comes again and again, from soil that has no water to spare.
    """
    day = _of_day(skies, driest_day(planter, skies))
    demand_mm_d = sum(sky.et0_mm_h for sky in day) * STEP_S / 3600 * planter.crop_factor
    begin = Ground(even(planter.stress_point(demand_mm_d)), demand_mm_d)
    return _fewest(lambda daily_l: live(planter, begin, day * _COMES_AGAIN, daily_l).stress_h[-1], standard_h)


def with_hindsight(planter: Planter, ground: Ground, skies: Skies, standard_h: float) -> float:
    """The fewest litres a day with which all these days together have at most `standard_h` hours of stress.

    No clock can be set like that: it takes the weather to come.
    """

    def stress_h(daily_l: float) -> float:
        return sum(live(planter, ground, skies, daily_l, standard_h).stress_h)

    return _fewest(stress_h, standard_h)


def _fewest(stress_h: Callable[[float], float], standard_h: float) -> float:
    """More water is never more stress, so halving finds it."""
    too_few, enough = -1, _MOST
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if stress_h(middle * _FINENESS_L) <= standard_h:
            enough = middle
        else:
            too_few = middle
    return enough * _FINENESS_L


def _of_day(skies: Skies, day: int) -> list[Sky]:
    return list(skies[day * DAY_STEPS : (day + 1) * DAY_STEPS])


def _want_mm(planter: Planter, day: Skies) -> float:
    return sum(planter.crop_factor * sky.et0_mm_h - sky.rain_mm_h for sky in day) * STEP_S / 3600
