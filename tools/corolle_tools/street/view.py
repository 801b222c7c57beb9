"""The street in a terminal: one frame, as large as there is room for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from corolle_tools.street import cells
from corolle_tools.street.ledger import Ledger, Record, UnitState
from corolle_tools.street.marks import ASCII, Marks

_DIM = "bright_black"
_EVENTS_SHARE, _LEAST_EVENTS = 4, 3  # at least a quarter of the height tells what happened last
_PAGE_S = 4  # a street that does not fit turns its pages
_MANY_LAMPS = 8  # from so many on, they are drawn side by side as well
_WIDE = 112  # columns from which on every reading is shown
_GATEWAY_COUNTS = ("joins", "uplinks", "readings", "published", "downlinks")
_OTHER_LINES = 6  # header, two rules, column heads, gateway, air


def whole_height(ledger: Ledger, width: int) -> int:
    """The lines of a frame of that width that shows every unit at once, and some events."""
    strip = len(list(_strip(ledger, ASCII, width)))
    return (len(ledger.units) + strip + _OTHER_LINES + _LEAST_EVENTS) * _EVENTS_SHARE // (
        _EVENTS_SHARE - 1
    ) + 1


@dataclass(frozen=True)
class Facts:
    """What a frame tells beside the ledger."""

    speed: float
    broker: str
    world: Record  # the street's own counters
    restarts: int  # of the gateway
    real_s: float  # since the start, as the spectator lives it
    console: str = ""  # where the gateway's is, and who may log in there


def frame(ledger: Ledger, facts: Facts, marks: Marks, width: int, height: int) -> RenderableType:
    """The street as it is now, in so many columns and at most so many lines."""
    strip = list(_strip(ledger, marks, width))
    left = height - _OTHER_LINES - len(strip)
    room = max(1, left - max(_LEAST_EVENTS, height // _EVENTS_SHARE))
    told = max(0, left - min(room, len(ledger.units)))
    return Group(
        _header(ledger, facts, marks),
        _rule(marks, width, facts.console if len(facts.console) < width else ""),
        _table(_page(list(ledger.units.values()), room, facts.real_s), ledger.now_s, marks, width >= _WIDE),
        *strip,
        _rule(marks, width, _paging(len(ledger.units), room, facts.real_s)),
        _gateway(ledger, facts, marks),
        _air(ledger, facts, marks),
        *(_one_line(cells.happening(record), marks) for record in list(ledger.events)[-told:] if told),
    )


def _header(ledger: Ledger, facts: Facts, marks: Marks) -> Text:
    now = datetime.fromtimestamp(ledger.now_s, UTC)
    text = Text.assemble(("corolle ", "bold green"), (f"{now:%a %d %b %H:%M:%S} UTC", "bold"))
    joined = f"{ledger.joined}/{facts.world['boards']} joined"
    near = f"{marks.dot}{ledger.near} near" if ledger.near else ""
    text.append(f" {marks.times}{facts.speed:g}{marks.dot}{joined}{near}{marks.dot}{facts.broker}")
    return _one_line(text, marks)


def _table(units: list[UnitState], now_s: float, marks: Marks, wide: bool) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), expand=True, header_style=_DIM)
    table.add_column("unit", no_wrap=True, min_width=8)
    table.add_column("output", no_wrap=True, min_width=12)
    table.add_column("reason", no_wrap=True, ratio=1, overflow="ellipsis" if marks.ellipsis else "crop")
    table.add_column("readings", no_wrap=True)
    table.add_column("link", no_wrap=True, min_width=13)
    table.add_column("age", no_wrap=True, min_width=6, justify="right")
    for unit in units:
        table.add_row(
            Text(unit.name, style="bold"),
            cells.output(unit, marks),
            cells.reason(unit),
            cells.readings(unit, marks, wide),
            cells.link(unit, marks, wide),
            cells.age(unit, now_s),
        )
    return table


def _page(units: list[UnitState], room: int, real_s: float) -> list[UnitState]:
    first, last = _page_bounds(len(units), room, real_s)
    return units[first:last]


def _page_bounds(units: int, room: int, real_s: float) -> tuple[int, int]:
    """The first and last unit shown; the last page is as full as the others."""
    pages = max(1, -(-units // room))
    page = int(real_s / _PAGE_S) % pages
    first = max(0, min(page * room, units - room))
    return first, min(first + room, units)


def _paging(units: int, room: int, real_s: float) -> str:
    first, last = _page_bounds(units, room, real_s)
    return "" if units <= room else f" units {first + 1} to {last} of {units} "


def _strip(ledger: Ledger, marks: Marks, width: int) -> Iterator[Text]:
    """Every lamp as one cell, so that a whole street is seen at once."""
    lamps = [unit for unit in ledger.units.values() if unit.kind == "lamp"]
    if len(lamps) < _MANY_LAMPS:
        return
    for first in range(0, len(lamps), width - 1):
        row = Text(" ")
        for lamp in lamps[first : first + width - 1]:
            level_pct = lamp.value or 0
            row.append(marks.light(level_pct), style=cells.glow(level_pct))
        yield row


def _gateway(ledger: Ledger, facts: Facts, marks: Marks) -> Text:
    state = ledger.gateway.get("state", "starting")
    counted = ledger.counted("counters")
    told = [f"{counted.get(name, 0)} {name}" for name in _GATEWAY_COUNTS]
    if open_alarms := ledger.alarms.get("open"):
        told.insert(0, f"{open_alarms} alarms{_causes(ledger.alarms.get('by_severity', {}))}")
    if facts.restarts:
        told.append(f"restarted {facts.restarts}{marks.times}")
    text = Text.assemble("gateway  ", (state, "green" if state == "online" else "bold red"))
    return _one_line(text.append(marks.dot + marks.dot.join(told)), marks)


def _air(ledger: Ledger, facts: Facts, marks: Marks) -> Text:
    lost, refused = facts.world["lost"], ledger.counted("rejected")
    told = [
        f"{facts.world['uplinks_sent']} uplinks sent",
        f"{sum(lost.values())} lost{_causes(lost)}",
        f"{sum(refused.values())} refused{_causes(refused)}",
    ]
    return _one_line(Text(f"air      {marks.dot.join(told)}"), marks)


def _causes(counts: dict[str, int]) -> str:
    present = [f"{cause.replace('_', ' ')} {count}" for cause, count in counts.items() if count]
    return f" ({', '.join(present)})" if present else ""


def _rule(marks: Marks, width: int, title: str = "") -> Text:
    return Text(title.center(width, marks.rule), style=_DIM)


def _one_line(text: Text, marks: Marks) -> Text:
    text.no_wrap = True
    text.overflow = "ellipsis" if marks.ellipsis else "crop"
    return text
