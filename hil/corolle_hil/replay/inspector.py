"""Knows what is broken in one lamp post, hears what its node says is, and judges that."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from corolle_hil.replay.seeds import Kind, Mend, Post
from corolle_hil.scheduler import Scheduler

Record = dict[str, Any]

IN_TIME_S = 900
_CLEARED_S = 45 * 60  # cyclingFailure looks half an hour back, and three good samples must follow
_LOOK_US = 10_000_000
_DIP_V = 207.0  # 90 % of 230 V: what a dip is (EN 50160, 3.2.4)
_HEARD_US = 3_000_000  # from the meter's sample to the record
# Faults of the luminaire and its supply, which may be taken for each other.
_LUMINAIRE = {
    "lampFailure",
    "dimmingFailure",
    "lampPowerTooHigh",
    "lampPowerTooLow",
    "cyclingFailure",
    "lampUnexpectedOn",
    "supplyLoss",
    "thermalDerating",
    "thermalShutdown",
}


@dataclass
class Case:
    """One thing that was broken. It is there from `begun_us` to `ended_us`, None: not yet."""

    kind: Kind
    mend: Mend
    begun_us: int | None = None
    mended: bool = False
    ended_us: int | None = None
    raised_us: int | None = None
    wrong: list[str] = field(default_factory=list)

    def verdict(self) -> str:
        """wrong: other names were told; else found, late or missed."""
        if self.wrong:
            return "wrong"
        if self.raised_us is None or self.begun_us is None:
            return "missed"
        return "found" if self.raised_us - self.begun_us <= IN_TIME_S * 1_000_000 else "late"


class Inspector:
    """One lamp's.

    A record of a fault raised is right when it names what is broken in the post now, or when it says
    supplyLoss while the mains dip (or did when the meter looked): below 90 % of 230 V. It is wrong when it
    names another fault of luminaire or supply while one is there, for then one is taken for another. Any
    other one is a false fault, also the name of what was mended. A boot forgets what was raised before it.

    `tell` hears each false fault and each case when it is over.
    """

    def __init__(self, scheduler: Scheduler, unit: str, post: Post, tell: Callable[[Record], None]):
        self._scheduler = scheduler
        self._unit = unit
        self._post = post
        self._tell = tell
        self._case: Case | None = None
        self._present: set[str] = set()
        self._low = False
        self._low_until_us = -_HEARD_US
        post.mains.watch(self._feel)

    @property
    def explains_low_mains(self) -> bool:
        """Whether the supply itself is what is broken now."""
        return bool(self._case and self._case.kind.name == "supplyLoss")

    def open(self, case: Case, lasts_s: int) -> None:
        """Something has just been broken; it will be mended after so long."""
        self._case = case
        self._scheduler.after(lasts_s * 1_000_000, self._mend, case)
        self._follow(case)

    def take(self, record: Record) -> None:
        """A record of the lamp's console."""
        if record.get("event") == "boot":
            self._present.clear()
        if record.get("event") != "fault":
            return
        if record["state"] == "cleared":
            self._present.discard(record["name"])
        else:
            self._present.add(record["name"])
            self._judge(record)

    def _judge(self, record: Record) -> None:
        name, case, now_us = record["name"], self._case, self._scheduler.now_us
        lasts = case is not None and case.ended_us is None
        if case and lasts and name == case.kind.name and case.kind.there(self._post):
            case.begun_us = now_us if case.begun_us is None else case.begun_us
            case.raised_us = now_us if case.raised_us is None else case.raised_us
        elif name == "supplyLoss" and (self._low or now_us - self._low_until_us < _HEARD_US):
            return
        elif case and lasts and name != case.kind.name and {name, case.kind.name} <= _LUMINAIRE:
            case.wrong.append(name)
        else:
            broken = case.kind.name if case else ""
            self._tell(self._record("false_fault", name, time=record["time"], seeded=broken))

    def _follow(self, case: Case) -> None:
        """Note when what is broken has the effect that is to be told, and when no more."""
        there = case.kind.there(self._post)
        if there and case.begun_us is None:
            case.begun_us = self._scheduler.now_us
        if case.mended and not (case.kind.slow and there):
            case.ended_us = self._scheduler.now_us
            self._scheduler.after(_CLEARED_S * 1_000_000, self._close, case)
        else:
            self._scheduler.after(_LOOK_US, self._follow, case)

    def _mend(self, case: Case) -> None:
        case.mend()
        case.mended = True

    def _close(self, case: Case) -> None:
        self._case = None
        delay_s = None
        if case.raised_us is not None and case.begun_us is not None:
            delay_s = (case.raised_us - case.begun_us) // 1_000_000
        cleared = case.kind.name not in self._present
        told = {"verdict": case.verdict(), "delay_s": delay_s, "told": case.wrong, "cleared": cleared}
        self._tell(self._record("seed", case.kind.name, **told))

    def _record(self, kind: str, name: str, **more: Any) -> Record:
        return {"type": kind, "unit": self._unit, "name": name, **more}

    def _feel(self) -> None:
        low = self._post.mains.voltage_v < _DIP_V
        if self._low and not low:
            self._low_until_us = self._scheduler.now_us
        self._low = low
