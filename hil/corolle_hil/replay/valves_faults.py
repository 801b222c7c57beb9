"""What can be broken at a canopy for a while: each strikes a site and gives back what mends it."""

from collections.abc import Callable
from random import Random

from corolle_hil.board import HARD_RESET, SOFT_RESET, WATCHDOG_RESET
from corolle_hil.chips.flow_meter import FlowMeter
from corolle_hil.replay.valves_site import Site
from corolle_hil.world.water import WaterLine

Mend = Callable[[], None]


def leak(site: Site, rng: Random) -> Mend:
    """A line drips behind its meter, into the tray."""
    line = _line(site, rng)
    line.leak_l_s = rng.uniform(0.0005, 0.01)
    return lambda: _set(line, "leak_l_s", 0.0)


def meter(site: Site, rng: Random) -> Mend:
    """A meter is torn off, or its contact stays shut."""
    part = rng.choice(_meters(site))
    fault = rng.choice(("dead", "stuck"))
    setattr(part, fault, True)
    return lambda: _set(part, fault, False)


def probes(site: Site, rng: Random) -> Mend:
    """A soil probe is flat, disagrees with the others or is unplugged; or none can be asked."""
    probe, adc = rng.choice(site.it.probes), site.it.soil_adc
    fault, value, sound = rng.choice(
        (("stuck_v", 2.5, None), ("offset_v", -0.8, 0.0), ("unplugged", True, False), ("dead", True, False))
    )
    struck = adc.faults if fault == "dead" and adc else probe
    setattr(struck, fault, value)
    return lambda: _set(struck, fault, sound)


def bus(site: Site, rng: Random) -> Mend:
    """A chip holds the I2C bus, so nobody on it answers."""
    if site.it.air is None:
        raise ValueError(f"{site.it.name}: no chip to hold the bus")
    faults = site.it.air.faults
    faults.bus_stuck = True
    return lambda: _set(faults, "bus_stuck", False)


def presence(site: Site, rng: Random) -> Mend:
    """The presence sensor sticks at a level, or lets its wire go."""
    sensor = site.it.presence
    fault, value, sound = rng.choice((("stuck", 0, None), ("stuck", 1, None), ("dead", True, False)))
    setattr(sensor, fault, value)
    return lambda: _set(sensor, fault, sound)


def tank(site: Site, rng: Random) -> Mend:
    """Somebody lets the tank run empty."""
    store, drip = site.it.tank, site.it.drip
    if store is None or drip is None:
        return supply(site, rng)
    taken_l = store.litres
    store.fill(-taken_l)
    drip.update()

    def refill() -> None:
        store.fill(taken_l)
        drip.update()

    return refill


def supply(site: Site, rng: Random) -> Mend:
    """A cock is shut: of the mains, or of the drip line."""
    line = _line(site, rng)
    line.shut_off = True
    return lambda: _set(line, "shut_off", False)


def grit(site: Site, rng: Random) -> Mend:
    """Drippers, nozzles or the drain let less through."""
    line = _line(site, rng)
    branch = rng.choice(line.branches)
    branch.blocked = rng.uniform(0.0, 0.7)
    return lambda: _set(branch, "blocked", 1.0)


def radio(site: Site, rng: Random) -> Mend:
    """The radio is lost."""
    chip = site.it.radio
    if chip is None:
        raise ValueError(f"{site.it.name}: no radio to lose")
    chip.dead = True
    site.wire.lose()
    return lambda: _set(chip, "dead", False)


def hang(site: Site, rng: Random) -> Mend:
    """A task sleeps and lets no other run; the watchdog waits for three minutes."""
    site.wire.hang(round(rng.choice((rng.uniform(2, 60), rng.uniform(60, 400)))))
    return _nothing


def reset(site: Site, rng: Random) -> Mend:
    """The board resets."""
    site.board.reset(rng.choice((HARD_RESET, WATCHDOG_RESET, SOFT_RESET)))
    return _nothing


def power(site: Site, rng: Random) -> Mend:
    """The power is gone for a while."""
    site.cut(rng.choice((rng.uniform(0.1, 3), rng.uniform(3, 120))))
    return _nothing


LASTING = {
    fault.__name__: fault for fault in (leak, meter, probes, bus, presence, tank, supply, grit, radio, hang)
}
SUDDEN = {fault.__name__: fault for fault in (reset, power)}


def _line(site: Site, rng: Random) -> WaterLine:
    return rng.choice([line for line in (site.it.drip, site.it.mist) if line])


def _meters(site: Site) -> list[FlowMeter]:
    return [part for part in (site.it.meter, site.it.mist_meter) if part]


def _set(struck: object, fault: str, value: object) -> None:
    setattr(struck, fault, value)


def _nothing() -> None:
    """It is over by itself."""
