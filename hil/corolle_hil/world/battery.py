"""The power of a canopy: a small LiFePO4 battery, a solar panel, and what draws on them."""

from bisect import bisect_right
from collections.abc import Callable

from corolle_hil.scheduler import Scheduler
from corolle_hil.world.climate import Climate

_STEP_US = 600_000_000  # the weather changes no faster
# Voltage of four LiFePO4 cells at rest by state of charge: flat in the middle, a cliff at the end.
_REST_V = (
    (0.00, 10.0),
    (0.02, 11.2),
    (0.05, 12.0),
    (0.10, 12.6),
    (0.20, 12.9),
    (0.40, 13.1),
    (0.70, 13.2),
    (0.90, 13.3),
    (0.97, 13.4),
    (1.00, 13.8),
)
_INNER_OHM = 0.05
_CHARGE_SHARE = 0.96  # what of a charge comes back
_YIELD = 0.80  # of a panel's peak power: heat, dust, wiring, the charge controller
_PEAK_W_M2 = 1000.0
_CUT_SHARE, _BACK_SHARE = 0.01, 0.06  # the protection board switches off, and on again when charged so far


class Battery:
    """One battery with its panel and its loads. It catches up whenever somebody looks.

    `has_power` is False while its protection keeps the loads off: they then draw nothing. Tell it by
    `update()` that a load has changed: up to then what it drew before is booked.

    Faults: `shade` (share of the sun that reaches the panel, 0 to 1).

    Args:
        loads_w: what the loads draw together while they have power.
        capacity_wh: when it is full.
        panel_wp: the panel's peak power; it lies flat.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        climate: Climate,
        loads_w: Callable[[], float],
        capacity_wh: float = 150.0,
        panel_wp: float = 20.0,
        charge: float = 0.8,
    ):
        if capacity_wh <= 0 or not 0 <= charge <= 1:
            raise ValueError(f"capacity_wh = {capacity_wh} must be above 0, charge = {charge} within 0..1")
        self.shade = 1.0
        self.charge = charge
        self.has_power = charge > _CUT_SHARE
        self._scheduler = scheduler
        self._climate = climate
        self._loads_w = loads_w
        self._capacity_wh = capacity_wh
        self._panel_wp = panel_wp
        self._drawn_w = loads_w()
        self._done_us = scheduler.now_us
        self._watchers: list[Callable[[], None]] = []
        scheduler.after(_STEP_US, self._look)

    def watch(self, fn: Callable[[], None]) -> None:
        """Call `fn()` when power has gone or come back."""
        self._watchers.append(fn)

    @property
    def panel_w(self) -> float:
        """What the panel gives now; a full battery takes no more than the loads draw."""
        offered_w = self._offered_w(self._scheduler.now_us)
        return min(offered_w, self._load_w()) if self.charge >= 1 else offered_w

    @property
    def current_a(self) -> float:
        """Into the battery now; negative while it gives."""
        return (self.panel_w - self._load_w()) / self._rest_v()

    @property
    def voltage_v(self) -> float:
        """At its terminals now."""
        return self._rest_v() + self.current_a * _INNER_OHM

    def reading(self) -> tuple[float, float]:
        """What a meter at the battery finds: volts, and amperes into it."""
        self.update()
        return self.voltage_v, self.current_a

    def panel_reading(self) -> tuple[float, float]:
        """What a meter between panel and battery finds: volts, and amperes out of the panel."""
        self.update()
        return self.voltage_v, self.panel_w / self._rest_v()

    def update(self) -> None:
        """Book what came and went since the last look; from now on the loads draw what they do now."""
        now_us, had_power = self._scheduler.now_us, self.has_power
        while self._done_us < now_us:
            next_us = min(now_us, self._done_us + _STEP_US)
            self._step(self._offered_w(self._done_us), (next_us - self._done_us) / 3.6e9)
            self._done_us = next_us
        self._drawn_w = self._loads_w()
        if self.has_power != had_power:
            for fn in self._watchers:
                fn()

    def _step(self, offered_w: float, hours: float) -> None:
        net_w = offered_w - (self._drawn_w if self.has_power else 0.0)
        stored_wh = net_w * hours * (_CHARGE_SHARE if net_w > 0 else 1.0)
        self.charge = max(0.0, min(1.0, self.charge + stored_wh / self._capacity_wh))
        self.has_power = self.charge > (_CUT_SHARE if self.has_power else _BACK_SHARE)

    def _look(self) -> None:
        self.update()
        self._scheduler.after(_STEP_US, self._look)

    def _load_w(self) -> float:
        return self._loads_w() if self.has_power else 0.0

    def _offered_w(self, at_us: int) -> float:
        weather = self._climate((self._scheduler.epoch_us + at_us) / 1e6)
        return self._panel_wp * _YIELD * self.shade * weather.radiation_w_m2 / _PEAK_W_M2

    def _rest_v(self) -> float:
        shares = [share for share, _ in _REST_V]
        place = min(max(bisect_right(shares, self.charge), 1), len(_REST_V) - 1)
        (low, low_v), (high, high_v) = _REST_V[place - 1], _REST_V[place]
        return low_v + (high_v - low_v) * (self.charge - low) / (high - low)
