"""Judges a canopy's valves from outside: by plungers, wires, water and people, and by what the node says.

The rules, each by the name that a violation is told with:
- on-time, litres an opening, litres an hour, litres a day, time a day, no flow: the guard's bounds, as set
- no decision: a valve is open, and the last decision that the node told of it is not that it opens now
- somebody there: a purge goes on though the presence sensor has told of somebody for longer than a reaction
- both open: mist and purge at once
- mist from the tank: the mist valve opens on a line that hangs on the tank
- after a reset: a valve is open that the boot should have shut, or that nobody drives
- driver: a latching valve was pulsed as no driver may; crash: the firmware failed
"""

from collections.abc import Mapping
from typing import Any

from corolle_hil.replay.valves_site import Site
from corolle_hil.replay.valves_watch import Bounds, Decision, Watch

Record = dict[str, Any]

REACTION_S = 1.0  # the guard looks once a second who is there
_BOOT_S = 1.0  # from the interpreter's start to valves that are shut
_LATE_S = 0.2  # plungers and pulses
_TOLD_S = 1.0  # a decision is told when the pulse is over and what the law wants is written
_LOOK_US = 250_000  # while anything is open


class Observer:
    """Watches one site. `violations` are (rule, detail, seconds since the beginning), each rule once a valve.

    Args:
        settings: what the node runs by.
        share: of each bound, by which it is judged; less than 1 to see that violations are found.
    """

    def __init__(self, site: Site, settings: Mapping[str, int], share: float = 1.0):
        self.violations: list[tuple[str, str, float]] = []
        self.unseen_s = 0.0  # a purge with somebody there whom no sensor sees
        self._site = site
        self._blamed: set[tuple[str, str]] = set()
        self._watches = self._watch_valves(settings, share)
        self._ticking = False
        self._booted_us: int | None = None  # the interpreter that lives now was first seen
        self._since_us: dict[str, int] = {}  # since when a rule is being broken
        self._looked_us = 0

    @property
    def watches(self) -> Mapping[str, Watch]:
        """The valves by their outputs."""
        return self._watches

    def take(self, record: Record) -> None:
        """Hear what the node says."""
        if record["type"] == "decision" and record["output"] in self._watches:
            watch = self._watches[record["output"]]
            watch.decision = Decision(record["value"], record["reason"], self._site.scheduler.now_us)
            if record["value"]:
                watch.reasons.add(record["reason"].split(" until ")[0])
        elif record.get("event") == "boot":
            self._booted_us = self._site.scheduler.now_us
            for watch in self._watches.values():
                watch.booted()
        elif record["type"] == "console" and record["text"].startswith("Traceback"):
            self._blame("crash", "traceback")
        elif record.get("event") == "restart" and record["task"] != "link":  # that one may lose its radio
            self._blame("crash", f"{record['task']}: {record['error']}")
        self.look()

    def look(self) -> None:
        """Judge now, and from now on as long as anything is open."""
        now_us = self._site.scheduler.now_us
        attended = self._attend(now_us)
        for watch in self._watches.values():
            watch.look(attended)
        self._judge_openings(now_us, attended)
        self._judge_pairs(now_us)
        self._judge_purge(now_us, attended)
        self._looked_us = now_us
        if not self._ticking and any(watch.valve.is_open for watch in self._watches.values()):
            self._ticking = True
            self._site.scheduler.after(_LOOK_US, self._tick)

    def end(self) -> None:
        """The run is over."""
        self.look()
        for mistake, count in getattr(self._site.it.valve, "mistakes", {}).items():
            self._blame("driver", f"{mistake}, {count} times")

    def _watch_valves(self, settings: Mapping[str, int], share: float) -> dict[str, Watch]:
        it, fitted = self._site.it, self._site.unit.plan.board["fitted"]
        if it.drip is None:
            raise ValueError(f"{it.name}: nothing to watch without a drip line")
        lines = {
            "valve": (it.valve, it.drip.drippers, it.meter, "flow", "guard_"),
            "mist": (it.mist_valve, it.nozzles, it.mist_meter, "mist_flow", "guard_mist_"),
            "purge": (it.purge_valve, it.purge, it.mist_meter, "mist_flow", "guard_purge_"),
        }
        watches = {}
        for output, (valve, branch, meter, part, prefix) in lines.items():
            if valve is None or branch is None or meter is None:
                raise ValueError(f"{it.name}: {output} is not fitted with valve and meter")
            bounds, portion_l = Bounds.of(settings, prefix, share), fitted[part]["litres_per_pulse"]
            watches[output] = Watch(
                self._site.scheduler, output, valve, branch, meter, portion_l, bounds, self._blame
            )
            valve.watch(self.look)
        return watches

    def _tick(self) -> None:
        self._ticking = False
        self.look()

    def _attend(self, now_us: int) -> bool:
        """Whether the board can act: it has power, and had the time to boot."""
        if not self._site.board.running:
            self._booted_us = None
            return False
        if self._booted_us is None:
            self._booted_us = now_us
        return now_us - self._booted_us >= _BOOT_S * 1e6

    def _judge_openings(self, now_us: int, attended: bool) -> None:
        for output, watch in self._watches.items():
            is_open, decision = watch.valve.is_open, watch.decision
            told = decision is not None and decision.value and self._is_live(watch, decision)
            self._lasting("no decision", output, now_us, bool(is_open and attended and not told), _TOLD_S)
            idle = is_open and not self._site.board.running and output != "valve"  # that one latches
            self._lasting("after a reset", output, now_us, idle, _LATE_S)
            if is_open and attended and (watch.opened_us or 0) < (self._booted_us or 0):
                self._blame("after a reset", output)

    def _is_live(self, watch: Watch, decision: Decision) -> bool:
        """Whether a decision is of this opening, and no older than an opening may be."""
        opened_us = watch.opened_us or 0
        at_most_us = (watch.bounds.on_s + _TOLD_S) * 1e6
        fresh = self._site.scheduler.now_us - decision.at_us <= at_most_us
        return fresh and decision.at_us >= opened_us - _TOLD_S * 1e6

    def _judge_pairs(self, now_us: int) -> None:
        mist, purge = self._watches["mist"].valve, self._watches["purge"].valve
        self._lasting("both open", "mist and purge", now_us, mist.is_open and purge.is_open, _LATE_S)
        line = self._site.it.mist
        if line and line.tank and mist.is_open:
            self._blame("mist from the tank", "mist")

    def _judge_purge(self, now_us: int, attended: bool) -> None:
        purge, seen = self._watches["purge"], self._site.seen
        exposed = purge.valve.is_open and attended
        self._lasting("somebody there", "purge", now_us, exposed and seen, REACTION_S + 2 * _LATE_S)
        if exposed and self._site.people and not seen:
            self.unseen_s += (now_us - self._looked_us) / 1e6

    def _lasting(self, rule: str, what: str, now_us: int, broken: bool, most_s: float) -> None:
        """Blame for what has been so for too long."""
        key = f"{rule} {what}"
        if not broken:
            self._since_us.pop(key, None)
        elif now_us - self._since_us.setdefault(key, now_us) > most_s * 1e6:
            self._blame(rule, what)

    def _blame(self, rule: str, detail: str) -> None:
        """Each rule once a valve: what follows from one failure is not a hundred."""
        key = rule, detail.split(":")[0]
        if key not in self._blamed:
            self._blamed.add(key)
            self.violations.append((rule, detail, self._site.scheduler.now_us / 1e6))
