"""Looks at a lamp post now and then: power, senses, and what follows from them."""

import asyncio

from corolle.units.common import Wake
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_FIRST_S = const(20)  # after a boot: the light has settled
_TEST_S = const(120)
_LEARN_S = const(90)  # to go through all levels
_LIT_S = const(72)  # while it is lit; two minutes would keep step with a cut-out, and never see the dark
_DARK_S = const(600)
_DOUBT_S = const(40)  # while something looks odd
_FEEL_S = const(400)  # nothing but people and power changes faster, unless daylight has to tell the time
_NO_CLOCK_S = const(60)  # while daylight has to say whether it is night
_STEADY_S = const(3)  # a level that has stood for so long can be judged
_LEAST_S = const(10)
_LOSS_DWH = const(10)  # 1 Wh: what a power cut may lose
_SPARE_WS = const(2880)  # 0.8 Wh: what may be used between two looks
_WS_PER_DWH = const(360)


class LampWatch:
    """`power` is a PowerWatch, `senses` a Senses; `lamp` the unit whose light they concern,
    `people` who pass it.
    """

    def __init__(self, common, power, senses, lamp, people):
        self._common = common
        self._power = power
        self._senses = senses
        self._lamp = lamp
        self._people = people
        self._unfit = common.faults.has("sensorFault")  # what did not answer at the boot is asked no more
        self._wake = Wake()
        self._feel_due_s = 0

    def look_again(self, driven_pct: float) -> None:
        """The level changes: what was planned by the power of before is void."""
        self._power.moved()
        self._wake.set()

    def test(self, ordered: bool = False) -> bool:
        """Have the lamp test itself; False: it does already. `ordered` from afar: people come first."""
        asked = self._common.testing
        self._common.testing = asked or ("ordered" if ordered else "asked")
        self._wake.set()
        return not asked

    async def run(self, alive) -> None:
        """Look for ever; learn first, where nobody has learned yet."""
        alive(_FIRST_S)
        self._senses.take_clock()
        await asyncio.sleep(_FIRST_S)
        while True:
            if self._power.wants_learning and not self._lamp.light.safe_mode:
                alive(_LEARN_S)
                await self._learn()
            if self._common.testing:
                alive(_TEST_S)
                await self._test()
            pause_s = await self._look()
            alive(pause_s)
            await self._wake.wait_ms(pause_s * 1000)

    async def _learn(self) -> None:
        await self._senses.stand_upright()
        await self._power.learn(self._lamp.light, self._lamp.look_again)

    async def _test(self) -> None:
        """Here, so that no chip is asked two things at a time."""
        parts = self._lamp, self._power, self._senses, self._people
        with borrowed("corolle.units.self_test") as self_test:
            await self_test.run(self._common, "corolle.units.self_test_lamp", parts)

    async def _look(self) -> int:
        """Read everything once the level is steady; seconds until the next time."""
        lamp, power = self._lamp, self._power
        unsteady_s = _STEADY_S - lamp.steady_s()
        if unsteady_s > 0:
            return unsteady_s
        await power.read()
        if lamp.steady_s() < _STEADY_S:  # somebody came while the meter spoke
            power.moved()
            return _STEADY_S
        power.book(lamp.driven_pct)
        power.judge(lamp.driven_pct, lamp.is_strange_light)
        now_s = self._common.clock.uptime_s()
        if now_s >= self._feel_due_s or not lamp.light.clock_known:
            self._feel_due_s = now_s + _FEEL_S
            await self._senses.read(lamp.light)
            lamp.look_again()
        failing = self._unfit or power.failing or self._senses.failing
        self._common.faults.set("sensorFault", failing)
        return self._pause_s()

    def _pause_s(self) -> int:
        lamp, power = self._lamp, self._power
        watts = power.expected_w(lamp.driven_pct)
        if power.doubtful():
            pause_s = _DOUBT_S
        elif not lamp.light.clock_known:
            pause_s = _NO_CLOCK_S
        else:
            pause_s = _LIT_S if lamp.driven_pct else _DARK_S
        if watts:
            pause_s = max(_LEAST_S, min(pause_s, int(_SPARE_WS / watts)))
        self._common.ledger.keep_within(
            "energy_dwh", _LOSS_DWH - 1 - int((watts or 0) * pause_s / _WS_PER_DWH)
        )
        return pause_s
