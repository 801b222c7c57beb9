"""What a town lives through: hours of reports, and a power cut. How it is dimmed: dimming.py."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from corolle.wire import eu868, words
from corolle.wire.airtime import airtime_us
from corolle.wire.eu868 import JOIN_ACCEPT_DELAY1_S

from corolle_tools.bench.lamps import Lamp
from corolle_tools.bench.progress import Tell
from corolle_tools.bench.town import SPEED, Town

PERIOD_S = 900.0
_REPORTS_A_S = 2000  # real seconds
_BACK_WITHIN_S = 8.0  # power: a node's own pause before its first frame
_JOIN_BYTES = 23
_FASTEST = 5
_BOOT = words.code_of(words.EVENTS, "boot")
_STORM_S = 6 * 3600.0  # who has not joined, or is not heard by then, is said to have not
_ACKNOWLEDGED_WITHIN_S = 3.0, 5.0  # RX2, and ACK_TIMEOUT of RP002-1.0.3
_FIRST_PAUSE_S, _LAST_PAUSE_S = 40.0, 2560.0


def report(town: Town, quarters: int, chance: random.Random, rss_mb: list[float], tell: Tell) -> None:
    """Each lamp every quarter of an hour, all of them spread over it."""
    town.time.speed = max(SPEED, _REPORTS_A_S * PERIOD_S / len(town.lamps))
    begun_s = town.time.now_s
    phases_s = [chance.uniform(0, PERIOD_S) for _ in town.lamps]

    def say(lamp: Lamp, due_s: float) -> None:
        town.say(lamp, "reports", lamp.report()[1])
        if due_s + PERIOD_S < begun_s + quarters * PERIOD_S:
            town.at(due_s + PERIOD_S, lambda: say(lamp, due_s + PERIOD_S))

    for lamp, phase_s in zip(town.lamps, phases_s, strict=True):
        due_s = begun_s + phase_s
        town.at(due_s, lambda lamp=lamp, due_s=due_s: say(lamp, due_s))
    for quarter in range(1, quarters + 1):
        while town.time.now_s < begun_s + quarter * PERIOD_S:
            town.turn()
            tell("reports", town.told["reports"], quarters * len(town.lamps))
            time.sleep(0.0005)
        rss_mb.append(town.gateway.rss_mb())
    town.time.speed = SPEED


@dataclass
class Back:
    """Who is back after a power cut, in street seconds after it: joined anew, and known to have booted."""

    joined_s: list[float] = field(default_factory=list)
    booted_s: list[float] = field(default_factory=list)


def cut_power(town: Town, joining: int, chance: random.Random, tell: Tell) -> Back:
    """The power comes back to all at once. Sessions survive that; some have lost theirs and join anew."""
    back, back_s = Back(), town.time.now_s
    booted: dict[int, _Boot] = {}

    def boot(lamp: Lamp) -> None:
        booted[lamp.number] = _Boot(town, lamp, chance)
        booted[lamp.number].tell()

    def acknowledged(lamp: Lamp) -> None:
        if lamp.number in booted and booted[lamp.number].end():
            back.booted_s.append(town.time.now_s - back_s)

    def let_in(lamp: Lamp) -> None:
        back.joined_s.append(town.time.now_s - back_s)
        boot(lamp)  # the network believes in a session once it is spoken in

    town.on_acknowledged = acknowledged
    strangers = set(chance.sample(range(len(town.lamps)), joining))
    for place, lamp in enumerate(town.lamps):
        first_s = back_s + chance.uniform(0, _BACK_WITHIN_S)
        if place in strangers:
            town.at(first_s, _Joiner(town, lamp, chance, let_in).ask)
        else:
            town.at(first_s, lambda lamp=lamp: boot(lamp))
    while len(back.booted_s) < len(town.lamps) and town.time.now_s < back_s + _STORM_S:
        town.turn()
        tell("back after a power cut", len(back.booted_s), len(town.lamps))
        time.sleep(0.0005)
    return back


class _Boot:
    """A lamp that tells of its boot until that is acknowledged, in pauses that double, as firmware does."""

    def __init__(self, town: Town, lamp: Lamp, chance: random.Random):
        self._town = town
        self._lamp = lamp
        self._chance = chance
        self._event = lamp.event_payload(_BOOT, 0, int(town.time.now_s))
        self._pause_s = _FIRST_PAUSE_S
        self._is_known = False

    def tell(self) -> None:
        """Tell it once more, unless it is known."""
        if self._is_known:
            return
        self._town.say(self._lamp, "boots", self._lamp.frame(*self._event, confirmed=True)[1])
        wait_s = self._chance.uniform(*_ACKNOWLEDGED_WITHIN_S) + self._pause_s * self._chance.uniform(
            1.0, 2.0
        )
        self._pause_s = min(2 * self._pause_s, _LAST_PAUSE_S)
        self._town.at(self._town.time.now_s + wait_s, self.tell)

    def end(self) -> bool:
        """It is acknowledged; whether it was not yet."""
        was_known, self._is_known = self._is_known, True
        return not was_known


class _Joiner:
    """A lamp that asks to join until it is let in.

    From fast to slow and around, at 1 % of the time, as LoRaWAN 1.0.4 (clause 7) has it in the first hour.
    """

    def __init__(self, town: Town, lamp: Lamp, chance: random.Random, joined: Callable[[Lamp], None]):
        self._town = town
        self._lamp = lamp
        self._chance = chance
        self._joined = joined
        self._attempt = 0
        self._is_in = False

    def ask(self) -> None:
        """Ask once more, unless it is in."""
        if self._is_in:
            return
        dr = _FASTEST - self._attempt % (_FASTEST + 1)
        self._attempt += 1
        heard = self._town.say(self._lamp, "join-requests", self._lamp.join_request(), dr)
        for delay_s in (JOIN_ACCEPT_DELAY1_S, JOIN_ACCEPT_DELAY1_S + 1):
            self._town.expect(heard, delay_s, self._lamp, self._let_in)
        sf, bw_hz = eu868.modulation(dr)
        pause_s = 100 * airtime_us(_JOIN_BYTES, sf, bw_hz) / 1e6
        self._town.at(self._town.time.now_s + pause_s * self._chance.uniform(1.0, 1.5), self.ask)

    def _let_in(self) -> None:
        if not self._is_in:
            self._is_in = True
            self._joined(self._lamp)
