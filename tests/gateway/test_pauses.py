"""What waits for its next try does not wait for the year by which the clock was set back."""

import asyncio
import io
from types import SimpleNamespace
from typing import Any

from corolle_gateway.counts import Counts
from corolle_gateway.hub.standing import Standing
from corolle_gateway.links.lorawan.agreeing import Agreeing
from corolle_gateway.links.lorawan.groups import Groups
from corolle_gateway.links.lorawan.terms import Terms
from corolle_gateway.log import Log
from corolle_gateway.model import Unit

_NOW_S = 1_784_058_000.0
_FIRST_PAUSE_S, _YEAR_S = 60.0, 366 * 86_400.0


class _Clock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.now_s = _NOW_S

    def now(self) -> float:
        return self.now_s


class _Rooms:
    """Where groups are kept, and get their addresses from."""

    async def groups(self) -> tuple[list[Any], dict[Any, bytes]]:
        return [], {}

    async def put_group(self, _: object) -> None: ...

    def new_dev_addr(self, _: int) -> int:
        return 1


def test_settings_are_told_when_the_clock_was_set_back_a_year():
    standing = Standing("lamp", {"base_pct": 20}, None)
    standing.sends(_NOW_S)
    assert not standing.is_due(_NOW_S + _FIRST_PAUSE_S / 3)
    assert standing.is_due(_NOW_S - _YEAR_S)


def test_terms_are_asked_when_the_clock_was_set_back_a_year():
    clock: Any = _Clock()
    log = Log(clock.now, "error", io.StringIO())
    agreeing = Agreeing(clock, log, Counts(log), Terms(rx2_dr=0))
    link = SimpleNamespace(terms=Terms(), refused=(), open_changes=())
    session: Any = SimpleNamespace(id=1, link=link, repeating=(), asked_tries=0, asked_until_s=0.0)
    agreeing.asks(session, tuple(agreeing.due(session)))
    clock.now_s += _FIRST_PAUSE_S / 2
    assert link.open_changes and not agreeing.due(session)
    clock.now_s -= _YEAR_S
    assert agreeing.due(session)


def test_a_group_s_key_is_told_when_the_clock_was_set_back_a_year():
    clock, rooms = _Clock(), _Rooms()
    given: Any = clock, rooms, rooms, None, 0, Terms()
    groups = Groups(*given)
    lamps = [Unit(f"lamp-{n}", "lamp", "quai", f"{n:016x}", "", 43.6, 1.4, "C", ("banks",)) for n in (1, 2)]
    asyncio.run(groups.load([(lamp, bytes(16)) for lamp in lamps]))
    assert groups.waiting("lamp-1") and groups.next_downlink("lamp-1", 51)
    assert not groups.waiting("lamp-1")
    clock.now_s -= _YEAR_S
    assert groups.waiting("lamp-1")
