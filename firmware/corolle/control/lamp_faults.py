"""What is wrong with a luminaire, judged in the light of its level (names: OMA LwM2M object 3416, TALQ).

One odd sample says nothing: a fault is there after three running, and gone after three good ones. A fault
keeps its name while the level changes.
"""

from corolle.wire.compat import const

_RUNNING = const(3)  # samples
_RUNNING_S = const(75)  # and so long: a cut-out that cools down for a minute is no failure of the lamp
_DARK_SHARE = const(0.3)  # of the power expected for light: less, and there is none
_LIT_SHARE = const(0.7)
_NEAR = const(0.2)  # of the power expected: so far off is no dimming error yet
_FULL_PCT = const(90)
_DIM_PCT = const(20)  # at and below this a lamp is judged only if its light still draws
_CLEAR_W = const(2.0)  # so much, for what a meter's last digits say is no proof
_UNEXPECTED = const(0.1)  # of full power, by day
_CYCLES = const(4)  # unexplained off and on again: more than so many in
_CYCLING_S = const(1800)
_MAINS_LOW_V = const(184.0)  # 80 % of 230 V: what a luminaire does then is not its fault (EN 50160)
_MAINS_BACK_V = const(196.0)  # 85 %: a meter's noise is no supply that comes and goes

_GOOD = const(0)
_DARK = const(1)
_HIGH = const(2)
_LOW = const(3)
_DIMMING = const(4)
_BURNING = const(5)
NAMES = (  # those of the kinds in their order, then two that come beside any of them
    "lampFailure",
    "lampPowerTooHigh",
    "lampPowerTooLow",
    "dimmingFailure",
    "lampUnexpectedOn",
    "cyclingFailure",
    "supplyLoss",
)


class Diagnosis:
    """`present` holds the names of the faults that are there."""

    def __init__(self):
        self.present: set = set()
        self._kind = _GOOD
        self._running = 0
        self._since_s = 0
        self._deaf = False  # it drew more than its level was to: a driver that does not follow
        self._was_dark = False
        self._returns: list = []  # seconds at which light came back by itself

    def take(self, now_s: int, level_pct: float, power_w: float, voltage_v: float, curve, is_day) -> None:
        """Judge a sample at a level that stands for some seconds.

        `is_day()` says whether light would be strange now; it is asked only when there is some. `curve` is a
        PowerCurve, or None: no luminaire is known that could be judged.
        """
        low = voltage_v < (_MAINS_BACK_V if "supplyLoss" in self.present else _MAINS_LOW_V)
        self._set("supplyLoss", low)
        if curve is None or low:
            return
        kind = _judge(level_pct, power_w, curve, is_day)
        self._run(now_s, self._same(kind, power_w > curve.power_w(level_pct)))
        self._watch_cycling(now_s, level_pct, power_w, curve)

    def doubtful(self, now_s: int) -> bool:
        """Whether the next sample should come soon."""
        recent = self._returns and now_s - self._returns[-1] < _CYCLING_S
        return bool(self._was_dark or recent or (self._kind and NAMES[self._kind - 1] not in self.present))

    def moved(self) -> None:
        """The level was changed: light that goes or comes now is explained."""
        self._was_dark = False

    def _same(self, kind: int, much: bool) -> int:
        """What too little power means at this level is said by what it meant at the one before."""
        if kind == _GOOD:
            self._deaf = False
        elif kind == _DIMMING and much:
            self._deaf = True
        elif kind == _DIMMING and NAMES[_LOW - 1] in self.present:
            return _LOW  # strings that are gone are gone at every level
        elif kind == _LOW and self._deaf:
            return _DIMMING
        return kind

    def _run(self, now_s: int, kind: int) -> None:
        if kind != self._kind:
            self._kind, self._running, self._since_s = kind, 0, now_s
        self._running += 1
        if self._running >= _RUNNING and now_s - self._since_s >= _RUNNING_S:
            for one in range(_DARK, _BURNING + 1):
                self._set(NAMES[one - 1], one == kind)

    def _watch_cycling(self, now_s: int, level_pct: float, power_w: float, curve) -> None:
        share = _light_share(level_pct, power_w, curve)
        if share is not None:
            if self._was_dark and share >= _LIT_SHARE:
                self._returns.append(now_s)
                del self._returns[: -_CYCLES - 1]
            if not _DARK_SHARE <= share < _LIT_SHARE:
                self._was_dark = share < _DARK_SHARE
        first_s = self._returns[0] if len(self._returns) > _CYCLES else now_s - _CYCLING_S
        self._set("cyclingFailure", now_s - first_s < _CYCLING_S)

    def _set(self, name: str, present: bool) -> None:
        if present:
            self.present.add(name)
        else:
            self.present.discard(name)


def _light_share(level_pct: float, power_w: float, curve) -> float | None:
    """How much of the power expected for light is drawn; None where light draws too little to tell."""
    expected_w = curve.power_w(level_pct) - curve.dark_w
    if level_pct <= 0 or (level_pct <= _DIM_PCT and expected_w < _CLEAR_W):
        return None
    return (power_w - curve.dark_w) / max(0.1, expected_w)


def _judge(level_pct: float, power_w: float, curve, is_day) -> int:
    if level_pct <= 0:
        burns = power_w > _UNEXPECTED * curve.full_w + curve.idle_w
        return _BURNING if burns and is_day() else _GOOD
    share = _light_share(level_pct, power_w, curve)
    expected_w = curve.power_w(level_pct)
    if share is not None and share < _DARK_SHARE:
        return _DARK
    if power_w > (1 + _NEAR) * curve.full_w:
        return _HIGH
    if abs(power_w - expected_w) <= _NEAR * expected_w:
        return _GOOD
    # At full light too little power is the luminaire's; at any other level it does not follow the dimmer.
    return _LOW if level_pct >= _FULL_PCT else _DIMMING
